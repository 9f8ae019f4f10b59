import { createHandler } from './handler.js';
import type { SmokeConfig } from './smoke-config.js';

/**
 * Serves the handler on Node, Bun or Deno, each by its own means. The configuration is the first argument, as JSON; the port
 * is printed once the server listens.
 */
type Handler = (request: Request) => Promise<Response>;

interface ServingRuntimes {
  readonly Bun?: {
    readonly serve: (options: { hostname: string; port: number; fetch: Handler }) => { readonly port: number };
  };
  readonly Deno?: {
    readonly serve: (
      options: { hostname: string; port: number; onListen: () => void },
      handler: Handler,
    ) => {
      readonly addr: { readonly port: number };
    };
  };
}

async function serve(handler: Handler): Promise<number> {
  const { Bun, Deno } = globalThis as ServingRuntimes;
  const hostname = '127.0.0.1';
  if (Bun) return Bun.serve({ hostname, port: 0, fetch: handler }).port;
  if (Deno) return Deno.serve({ hostname, port: 0, onListen: () => undefined }, handler).addr.port;
  const { serveOnNode } = await import('./serve-node.js');
  return serveOnNode(handler);
}

const config: SmokeConfig = JSON.parse(process.argv[2] ?? '');
console.log(`port ${await serve(createHandler(config))}`);
