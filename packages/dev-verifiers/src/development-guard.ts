/** What this package uses of Node's `process`, which other runtimes may not have. */
interface ProcessLike {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly emitWarning?: (message: string, options: { readonly type: string; readonly code: string }) => void;
}

/** The code of the process warning that each construction emits. */
export const WARNING_CODE = 'MCP_AUTH_DEVELOPMENT_VERIFIER';

/**
 * Keeps a verifier that proves nothing out of production: throws a `TypeError` where `NODE_ENV` is `production`, unless the
 * owner of the process has said `allowInProduction: true`.
 */
export function assertNotProduction(owner: string, allowInProduction: boolean | undefined): void {
  if (allowInProduction !== true && isProduction(nodeEnvironment())) {
    throw new TypeError(
      `${owner} proves nothing about a token and refuses to run with NODE_ENV=production; ` +
        "if you really mean it, set option 'allowInProduction' to true",
    );
  }
}

/** Whether a `NODE_ENV` means production; blanks around it and capitals are a slip of the pen, not a way in. */
export function isProduction(nodeEnv: string | undefined): boolean {
  return nodeEnv?.trim().toLowerCase() === 'production';
}

/** Says once, where the process keeps its warnings, that a development verifier decides who gets in. */
export function warnAboutDevelopment(owner: string): void {
  const message = `${owner} is in use: it is made for development and tests, and accepts tokens without proof`;
  const { process, console } = globalThis as {
    readonly process?: ProcessLike;
    readonly console?: { readonly warn?: (text: string) => void };
  };
  if (typeof process?.emitWarning === 'function') {
    process.emitWarning(message, { type: 'SecurityWarning', code: WARNING_CODE });
  } else {
    console?.warn?.(`SecurityWarning: ${message}`);
  }
}

function nodeEnvironment(): string | undefined {
  try {
    return (globalThis as { readonly process?: ProcessLike }).process?.env?.NODE_ENV;
  } catch {
    // Deno without the permission to read the environment: then there is none to go by.
    return undefined;
  }
}
