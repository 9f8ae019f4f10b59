import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { BUILT } from './runtime.js';

export interface BundleResult {
  readonly code: string;
  /** What the code would import from outside: modules of the platform and the packages that were left out. */
  readonly external: readonly string[];
  /** File names of the modules in it. */
  readonly modules: readonly string[];
}

const ENTRY = join(BUILT, 'entry-of-the-bundle.js');
/** Frameworks bring their own answer to where they run. */
const PEERS = /^(?:undici|hono|fastify|@modelcontextprotocol)(?:\/|$)/;

/**
 * Bundles `source`, a module that may import whatever this package depends on, as a bundler for the given export conditions
 * would. Static and dynamic imports are followed alike.
 */
export async function bundle(source: string, conditions: readonly string[]): Promise<BundleResult> {
  const external = new Set<string>();
  const build = await rolldown({
    input: ENTRY,
    cwd: BUILT,
    platform: 'neutral',
    resolve: { conditionNames: [...conditions, 'import', 'default'] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) => (id === ENTRY ? source : undefined),
      },
    ],
    external: (id) => {
      const outside = isBuiltin(id) || PEERS.test(id);
      if (outside) external.add(id);
      return outside;
    },
    onLog: (_level, log) => {
      throw new Error(log.message);
    },
  });
  const { output } = await build.generate({ format: 'es', codeSplitting: false });
  await build.close();
  const [chunk] = output;
  return { code: chunk.code, external: [...external].sort(), modules: chunk.moduleIds.map((id) => basename(id)) };
}
