import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DeclarationFile, type Origin, readDeclarationFile } from './declaration-file.ts';
import type { WorkspacePackage } from './workspace.ts';

/** Committed beside each package's README, so that whoever reviews a change of the API sees it as a diff. */
export const API_REPORT = 'api.md';

/**
 * What users of a built package can reach, taken from the declarations that are published: for each entry point the exported
 * names with their declarations, then the types those mention, and what comes from other packages. Without comments, sorted.
 *
 * @throws Error when the package is not built.
 */
export function apiReport(owner: WorkspacePackage): string {
  const sections = entryPoints(owner).map(({ specifier, path }) => {
    const surface = new Surface();
    surface.addEntry(path);
    return `## \`${specifier}\`\n\n${surface.render()}`;
  });
  const heading = `# API of \`${owner.name}\`\n\n<!-- Written by \`pnpm generate\` from the built declarations; \`pnpm check\` fails when it is stale. -->`;
  return `${[heading, ...sections].join('\n\n')}\n`;
}

/** The entry points that have types, in the order of `exports`. */
function entryPoints({ name, folder, manifest }: WorkspacePackage): readonly { specifier: string; path: string }[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    if (typeof target === 'string' || !target.types) return [];
    return [{ specifier: join(name, subpath), path: join(folder, target.types) }];
  });
}

/** Collects the declarations reachable from one entry point. */
class Surface {
  readonly #files = new Map<string, DeclarationFile>();
  readonly #exported = new Map<string, readonly string[]>();
  readonly #mentioned = new Map<string, readonly string[]>();
  readonly #foreign = new Map<string, Set<string>>();
  readonly #seen = new Set<string>();

  addEntry(path: string): void {
    const { exports, typeOnly } = this.#read(path);
    for (const [exported, target] of exports) {
      const origin = typeof target === 'string' ? { specifier: '', name: target } : target;
      this.#follow(path, origin, exported);
      const texts = this.#exported.get(exported);
      if (texts && typeOnly.has(exported) && texts.some((text) => !/^(?:type|interface) /.test(text))) {
        this.#exported.set(exported, [...texts, `// ${exported} is exported as a type only`]);
      }
    }
  }

  render(): string {
    const parts = [block(this.#exported)];
    if (this.#mentioned.size > 0) parts.push('Mentioned by these, not exported here:', block(this.#mentioned));
    if (this.#foreign.size > 0) {
      const lines = [...this.#foreign].sort(byKey).map(([specifier, names]) => `- \`${specifier}\`: ${list(names)}`);
      parts.push('From other packages:', lines.join('\n'));
    }
    return parts.join('\n\n');
  }

  /** Follows a name to its declarations, adds them, and goes on with everything they mention. */
  #follow(from: string, { specifier, name }: Origin, exported?: string): void {
    if (specifier !== '' && !specifier.startsWith('.')) {
      const label = exported === undefined || exported === name ? name : `${name} as ${exported}`;
      this.#foreign.set(specifier, (this.#foreign.get(specifier) ?? new Set()).add(label));
      return;
    }
    const path = specifier === '' ? from : join(dirname(from), specifier.replace(/\.js$/, '.d.ts'));
    const file = this.#read(path);
    // Inside its own file a name is what it is called there; from outside, what it is exported as.
    const target = specifier === '' ? name : (file.exports.get(name) ?? name);
    const elsewhere = typeof target === 'string' ? file.imports.get(target) : target;
    if (elsewhere) this.#follow(path, elsewhere, exported);
    else if (typeof target === 'string') this.#add(path, target, exported);
  }

  #add(path: string, target: string, exported: string | undefined): void {
    const file = this.#read(path);
    const declarations = file.declarations.get(target) ?? [];
    const texts = declarations.map(({ text }) => text);
    const key = `${path}#${target}`;
    if (exported !== undefined) {
      this.#exported.set(exported, exported === target ? texts : [...texts, `// exported as ${exported}`]);
      this.#mentioned.delete(key);
    } else if (!this.#seen.has(key)) {
      this.#mentioned.set(key, texts);
    }
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const mentions = declarations.flatMap(({ names }) => [...names]);
    const known = mentions.filter((name) => name !== target && (file.imports.has(name) || file.declarations.has(name)));
    for (const name of known) this.#follow(path, { specifier: '', name });
    for (const origin of declarations.flatMap(({ origins }) => origins)) this.#follow(path, origin);
  }

  #read(path: string): DeclarationFile {
    const known = this.#files.get(path);
    if (known) return known;
    if (!existsSync(path)) throw new Error(`${path} is missing: build the package first`);
    const file = readDeclarationFile(path, readFileSync(path, 'utf8'));
    this.#files.set(path, file);
    return file;
  }
}

function block(declarations: ReadonlyMap<string, readonly string[]>): string {
  const texts = [...declarations].sort(byName).flatMap(([, lines]) => lines);
  return `\`\`\`ts\n${texts.join('\n')}\n\`\`\``;
}

function list(names: ReadonlySet<string>): string {
  return [...names]
    .sort(compare)
    .map((name) => `\`${name}\``)
    .join(', ');
}

/** By the name alone: moving a declaration to another file is no change of the API. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const short = (key: string): string => key.slice(key.lastIndexOf('#') + 1);
  return compare(short(a), short(b)) || compare(a, b);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compare(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
