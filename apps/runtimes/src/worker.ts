import { JWTVerifier } from '@auth/jwt';
import { createHandler } from './handler.js';

// Most Workers make their verifier here, where neither I/O nor timers nor random numbers are allowed.
new JWTVerifier({
  jwksUri: 'https://issuer.example/jwks',
  issuer: 'https://issuer.example',
  audience: 'https://api.example',
});

let handler: ((request: Request) => Promise<Response>) | undefined;

/** The same handler as a Worker; its configuration is a binding. */
// biome-ignore lint/style/noDefaultExport: the runtime asks for one
export default {
  fetch(request: Request, environment: { readonly CONFIG: string }): Promise<Response> {
    handler ??= createHandler(JSON.parse(environment.CONFIG));
    return handler(request);
  },
};
