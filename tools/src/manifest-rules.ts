import type { Manifest } from './workspace.ts';

const REPOSITORY = 'https://github.com/mcp-bearer-auth/mcp-bearer-auth';

/** What every published package.json says, `folder` being its place in the repository. One line for each thing it does not. */
export function checkMetadata(manifest: Manifest, folder: string): readonly string[] {
  const expected: Readonly<Record<string, unknown>> = {
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22.19' },
    homepage: `${REPOSITORY}/tree/main/${folder}#readme`,
    bugs: `${REPOSITORY}/issues`,
    repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory: folder },
    files: ['dist', 'CHANGELOG.md'],
    publishConfig: { access: 'public', provenance: true },
  };
  const fields = new Map<string, unknown>(Object.entries(manifest));
  const wrong = Object.entries(expected)
    .filter(([field, value]) => JSON.stringify(fields.get(field)) !== JSON.stringify(value))
    .map(([field, value]) => `package.json: "${field}" must be ${JSON.stringify(value)}`);
  for (const field of ['description', 'keywords']) {
    if (!fields.get(field)) wrong.push(`package.json: "${field}" is missing`);
  }
  return [...wrong, ...checkExports(manifest)];
}

/** Every entry point has types, and has them first: conditions are tried in order. */
function checkExports({ exports = {} }: Manifest): readonly string[] {
  return ['.', './package.json', ...Object.keys(exports)].flatMap((subpath) => {
    const target = exports[subpath];
    if (target === undefined) return [`package.json: exports has no "${subpath}"`];
    if (subpath === './package.json') return [];
    const good = typeof target === 'object' && Object.keys(target)[0] === 'types';
    return good ? [] : [`package.json: exports["${subpath}"] must start with "types"`];
  });
}
