/** What to do about an error that a newcomer is likely to meet; `undefined` for any other. */
export function adviceFor(error: unknown): string | undefined {
  const { code, port, message } = error as { code?: unknown; port?: unknown; message?: unknown };
  if (code === 'EADDRINUSE') {
    return (
      `Port ${String(port)} on 127.0.0.1 is taken by another program. Stop that program, or choose other ports, for example\n` +
      '  PORT=4000 AUTHORIZATION_SERVER_PORT=4001 npx pnpm@12 start'
    );
  }
  if (code === 'ERR_MODULE_NOT_FOUND') {
    const missing = /'([^']+)'/.exec(String(message))?.[1] ?? 'a dependency';
    return `${missing} is missing. Install and build everything with\n  npx pnpm@12 install && npx pnpm@12 build`;
  }
  return undefined;
}
