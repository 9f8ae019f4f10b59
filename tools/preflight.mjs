// Loaded with `node --import` before a tool starts, and written in plain JavaScript on purpose: an old Node stops at the
// first .ts file with "Unknown file extension", which tells a newcomer nothing.
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const installed = existsSync(new URL('./node_modules/oxc-parser/package.json', import.meta.url));

if (major < 22 || (major === 22 && minor < 19) || !installed) {
  const script = process.env.npm_lifecycle_event ?? 'test';
  const why = installed
    ? `Node ${process.versions.node} is too old (22.19 or newer)`
    : 'the dependencies are not installed';
  console.error(
    `${why}.\nRun this in the repository's root; it installs everything, the right Node included:\n\n  npx --yes pnpm@12 ${script}\n`,
  );
  process.exit(1);
}
