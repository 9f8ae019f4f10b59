import { parseSync } from 'oxc-parser';
import { isNode, type Node, walk } from './syntax-tree.ts';

/** Where a name comes from: another module, under the name it has there. */
export interface Origin {
  readonly specifier: string;
  readonly name: string;
}

export interface Declaration {
  /** Source text without comments and without `export` and `declare`. */
  readonly text: string;
  /** Identifiers in it: names of types and values, and of members too, which nothing else in the file is called by. */
  readonly names: ReadonlySet<string>;
  /** `import('x').Y` inside it. */
  readonly origins: readonly Origin[];
}

export interface DeclarationFile {
  /** Every declaration of a local name; functions with overloads and merged interfaces have several. */
  readonly declarations: ReadonlyMap<string, readonly Declaration[]>;
  /** Local name → where it was imported from. */
  readonly imports: ReadonlyMap<string, Origin>;
  /** Exported name → a local name, or another module's. */
  readonly exports: ReadonlyMap<string, string | Origin>;
  /** Exported names that `export type` lists: a class among them can be named but not constructed. */
  readonly typeOnly: ReadonlySet<string>;
}

/** Reads an emitted `.d.ts` file. */
export function readDeclarationFile(path: string, source: string): DeclarationFile {
  const { program, comments, errors } = parseSync(path, source);
  const [error] = errors;
  if (error) throw new SyntaxError(`${path}: ${error.message}`);
  const declarations = new Map<string, Declaration[]>();
  const imports = new Map<string, Origin>();
  const exports = new Map<string, string | Origin>();
  const typeOnly = new Set<string>();
  const textOf = (from: number, to: number): string => withoutComments(source, comments, from, to);

  const declare = (node: Node): readonly string[] => {
    const names = declaredNames(node);
    const text = textOf(Number(node.start), Number(node.end)).replace(/^declare /, '');
    const declaration = { text, names: identifiersIn(node), origins: importTypesIn(node) };
    for (const name of names) declarations.set(name, [...(declarations.get(name) ?? []), declaration]);
    return names;
  };

  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      for (const specifier of statement.specifiers) {
        const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : '*';
        imports.set(specifier.local.name, { specifier: statement.source.value, name });
      }
    } else if (statement.type === 'ExportNamedDeclaration') {
      if (statement.declaration) for (const name of declare({ ...statement.declaration })) exports.set(name, name);
      for (const { local, exported, exportKind } of statement.specifiers) {
        if (statement.exportKind === 'type' || exportKind === 'type') typeOnly.add(nameOf(exported));
        const origin = statement.source && { specifier: statement.source.value, name: nameOf(local) };
        exports.set(nameOf(exported), origin ?? nameOf(local));
      }
    } else if (isNode(statement)) {
      declare(statement);
    }
  }
  return { declarations, imports, exports, typeOnly };
}

function declaredNames(node: Node): readonly string[] {
  if (node.type !== 'VariableDeclaration') return isNode(node.id) ? [nameOf(node.id)] : [];
  const declarators: readonly unknown[] = Array.isArray(node.declarations) ? node.declarations : [];
  return declarators.flatMap((declarator) =>
    isNode(declarator) && isNode(declarator.id) ? [nameOf(declarator.id)] : [],
  );
}

function identifiersIn(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  walk(node, (inner) => {
    if (inner.type === 'Identifier') names.add(nameOf(inner));
  });
  return names;
}

function importTypesIn(node: Node): readonly Origin[] {
  const origins: Origin[] = [];
  walk(node, ({ type, source, qualifier }) => {
    if (type !== 'TSImportType' || !isNode(source)) return;
    origins.push({ specifier: String(source.value), name: isNode(qualifier) ? nameOf(qualifier) : '*' });
  });
  return origins;
}

function withoutComments(
  source: string,
  comments: readonly { readonly start: number; readonly end: number }[],
  from: number,
  to: number,
): string {
  let text = '';
  let position = from;
  for (const { start, end } of comments) {
    if (start < from || end > to) continue;
    text += source.slice(position, start);
    position = end;
  }
  // A comment leaves spaces behind, or lines with nothing but spaces. The compiler indents by four, this repository by two.
  return (text + source.slice(position, to))
    .replaceAll(/[ \t]+$/gm, '')
    .replaceAll(/^\n/gm, '')
    .replaceAll(/^(?: {4})+/gm, (indent) => indent.slice(indent.length / 2));
}

function nameOf(node: object): string {
  if ('name' in node) return String(node.name);
  return 'value' in node ? String(node.value) : '';
}
