import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REPOSITORY_ROOT, run } from '../src/command.ts';
import { packPackage } from '../src/pack-package.ts';
import { findPackages, isManifest, type Manifest } from '../src/workspace.ts';

interface Release {
  readonly manifest: Manifest & { readonly version?: string };
  readonly tarball: Uint8Array;
}

/**
 * An npm registry on loopback that has the packages of this workspace, as they would be published, and the dependencies named
 * `thirdParty`, as they are installed here. Whatever else is asked for does not exist, so that an installation that wants more
 * fails. Needs no network.
 */
export class LocalRegistry implements AsyncDisposable {
  readonly #server: Server;
  readonly url: string;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  static async start(thirdParty: readonly string[]): Promise<LocalRegistry> {
    const releases = new Map<string, Release>();
    for (const { kind, folder } of findPackages(REPOSITORY_ROOT)) {
      if (kind !== 'library') continue;
      await using packed = disposable(await packPackage(folder));
      releases.set(packed.manifest.name, { manifest: packed.manifest, tarball: await readFile(packed.tarball) });
    }
    for (const name of thirdParty) releases.set(name, await packInstalled(name));

    const server = createServer((request, response) => {
      const [, name = '', tarball] =
        /^\/((?:@[^/]+\/)?[^/]+?)(\/-\/.*)?$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
      const release = releases.get(name);
      if (release === undefined) {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}');
      } else if (tarball === undefined) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(packument(`http://${request.headers.host}/`, release)));
      } else {
        response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(release.tarball);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new LocalRegistry(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** What npm wants to know about a package that has one version. */
function packument(registry: string, { manifest, tarball }: Release): object {
  const { name, version = '0.0.0' } = manifest;
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const dist = { tarball: `${registry}${name}/-/package-${version}.tgz`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, version, dist } } };
}

/** Packs a dependency of this workspace as it is installed. */
async function packInstalled(name: string): Promise<Release> {
  const entry = realpathSync(fileURLToPath(import.meta.resolve(name)));
  const folder = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}`.length);
  const target = await mkdtemp(join(tmpdir(), 'pack-'));
  try {
    const args = ['pack', '--ignore-scripts', '--no-update-notifier', '--pack-destination', target];
    const { exitCode, output } = await run('npm', args, { cwd: folder });
    const [file] = await readdir(target);
    if (exitCode !== 0 || file === undefined) throw new Error(`npm pack failed in ${folder}:\n${output}`);
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    if (!isManifest(manifest)) throw new Error(`${folder} has no name`);
    return { manifest, tarball: await readFile(join(target, file)) };
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

function disposable<Packed extends { readonly remove: () => Promise<void> }>(packed: Packed): Packed & AsyncDisposable {
  return Object.assign(packed, { [Symbol.asyncDispose]: packed.remove });
}
