import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { type Manifest, readManifest } from './workspace.ts';

/** Files that are no entry points: what several of these share, and what is loaded when it is needed. */
export const PARTS = /^part-.*\.js$/;

/**
 * Puts the modules that `tsc` has written to `dist/` together: one file for each entry point of the package and for what they
 * share, so that importing it costs Node a few files instead of one for each module. Readable, with its doc
 * comments (others are in the sources); declarations stay as they are, and so does everything that is imported by a name (packages, `#crypto`), since that is chosen where it is used.
 */
export async function joinModules(folder: string): Promise<readonly string[]> {
  const dist = join(folder, 'dist');
  const entries = entryFiles(readManifest(folder));
  const build = await rolldown({
    input: Object.fromEntries(entries.map((file) => [basename(file, '.js'), join(folder, file)])),
    cwd: folder,
    platform: 'neutral',
    external: (id) => !/^[./]/.test(id),
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  const written = await build.write({
    dir: dist,
    format: 'es',
    chunkFileNames: 'part-[name].js',
    minify: false,
  });
  await build.close();
  const files = written.output.map(({ fileName }) => fileName);
  for (const file of readdirSync(dist)) {
    if (file.endsWith('.js') && !files.includes(file)) rmSync(join(dist, file));
  }
  return files;
}

/** Files that somebody can ask for: by a name in `exports`, by one in `imports`, as the package itself does, and its seams. */
export function entryFiles({ exports = {}, imports = {}, authSeams = [] }: Manifest): readonly string[] {
  const targets = [...Object.values(exports), ...Object.values(imports)].flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target as Readonly<Record<string, string>>),
  );
  const seams = authSeams.map((name) => `./dist/${name}.js`);
  return [...new Set([...targets.filter((target) => target.endsWith('.js')), ...seams])];
}

if (import.meta.filename === process.argv[1]) await joinModules(process.cwd());
