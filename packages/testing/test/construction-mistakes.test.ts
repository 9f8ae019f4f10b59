import { expect, it } from 'vitest';
import { startAuthorizationServer } from '../src/authorization-server.js';

it.each<[mistake: string, options: object, message: string]>([
  ['aud', { aud: 'x' }, "unknown option 'aud'; did you mean 'audience'?"],
  ['algorithms', { algorithms: ['RS256'] }, "unknown option 'algorithms'; did you mean 'algorithm'?"],
  ['expiresIn', { expiresIn: 60 }, "unknown option 'expiresIn'; did you mean 'expiresInSeconds'?"],
  ['rs256', { algorithm: 'rs256' }, "option 'algorithm' must be the name of one, such as 'RS256' or 'ES256'"],
  ['a port as text', { port: '3000' }, "option 'port' must be a number; it is a text: write Number(text)"],
  [
    "scopes 'a b'",
    { scopes: 'a b' },
    "option 'scopes' must be a list of scopes such as ['notes:read'], without blanks; it is a text: write a list, or text.split(' ')",
  ],
  ['client_id', { clients: [{ client_id: 'x' }] }, "clients: unknown option 'client_id'; did you mean 'clientId'?"],
])('startAuthorizationServer says what to write instead of %s', async (_mistake, options, message) => {
  const error: unknown = await startAuthorizationServer(options).catch((thrown: unknown) => thrown);
  expect(String(error).replace(/[; ]+known options: .*$/i, '')).toBe(`TypeError: startAuthorizationServer: ${message}`);
});
