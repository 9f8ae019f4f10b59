import { parseSync } from 'oxc-parser';
import { isNode, type Node, walk } from './syntax-tree.ts';

/** `static`: import and re-export declarations; `dynamic`: `import()` and `require()`; `type`: erased before the code runs. */
export type ImportKind = 'static' | 'dynamic' | 'type';

export interface FoundImport {
  /** `undefined` for a dynamic import of something that is not a literal. */
  readonly specifier: string | undefined;
  readonly kind: ImportKind;
  readonly line: number;
}

export interface ModuleScan {
  readonly imports: readonly FoundImport[];
  readonly lineCount: number;
  readonly syntaxErrors: readonly { readonly message: string; readonly line: number }[];
  /** Lines of `export *` and `export * as x`. */
  readonly exportAllLines: readonly number[];
  readonly defaultExportLines: readonly number[];
  /** Lines of top-level statements that are not `export { … } from '…'`. */
  readonly otherStatementLines: readonly number[];
}

/** Reads one source file with a real parser, so that comments, strings and templates never look like imports. */
export function scanModule(fileName: string, source: string): ModuleScan {
  const result = parseSync(fileName, source);
  const lineAt = lineFinder(source);
  const imports: FoundImport[] = [...tripleSlashReferences(result.comments, lineAt)];
  const exportAllLines: number[] = [];
  const defaultExportLines: number[] = [];
  const otherStatementLines: number[] = [];

  for (const statement of result.program.body) {
    const line = lineAt(statement.start);
    if (statement.type === 'ExportAllDeclaration') exportAllLines.push(line);
    if (statement.type === 'ExportDefaultDeclaration' || statement.type === 'TSExportAssignment') {
      defaultExportLines.push(line);
    }
    if (statement.type === 'ExportNamedDeclaration') {
      if (statement.specifiers.some(({ exported }) => nameOf(exported) === 'default')) defaultExportLines.push(line);
    }
    if (!('source' in statement && statement.source) || statement.type === 'ImportDeclaration') {
      otherStatementLines.push(line);
    }
  }
  walk(result.program, (node) => {
    const found = readImport(node);
    if (found) imports.push({ ...found, line: lineAt(Number(node.start)) });
  });

  return {
    imports: imports.sort((a, b) => a.line - b.line),
    lineCount: source === '' ? 0 : source.replace(/\r?\n$/, '').split('\n').length,
    syntaxErrors: result.errors.map((error) => ({ message: error.message, line: lineAt(error.labels[0]?.start ?? 0) })),
    exportAllLines,
    defaultExportLines,
    otherStatementLines,
  };
}

function readImport(node: Node): Omit<FoundImport, 'line'> | undefined {
  switch (node.type) {
    // `import { type X } from 'y'` keeps `import 'y'` under verbatimModuleSyntax: only `import type` is erased.
    case 'ImportDeclaration':
      return { specifier: literal(node.source), kind: node.importKind === 'type' ? 'type' : 'static' };
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      if (!node.source) return undefined;
      return { specifier: literal(node.source), kind: node.exportKind === 'type' ? 'type' : 'static' };
    case 'ImportExpression':
      return { specifier: literal(node.source), kind: 'dynamic' };
    case 'TSImportType':
      return { specifier: literal(node.source) ?? literal(node.argument), kind: 'type' };
    case 'TSExternalModuleReference':
      return { specifier: literal(node.expression), kind: 'static' };
    case 'TSModuleDeclaration': // `declare module 'x'` augments x
      return isNode(node.id) && literal(node.id) !== undefined
        ? { specifier: literal(node.id), kind: 'type' }
        : undefined;
    case 'CallExpression':
      return readLoadingCall(node);
    default:
      return undefined;
  }
}

/** `require('x')` and `process.getBuiltinModule('x')`: the two other ways to reach a module. */
function readLoadingCall(node: Node): Omit<FoundImport, 'line'> | undefined {
  const callee = isNode(node.callee) ? node.callee : {};
  const property = isNode(callee.property) ? callee.property : {};
  const isRequire = callee.type === 'Identifier' && callee.name === 'require';
  const isGetBuiltin = callee.type === 'MemberExpression' && property.name === 'getBuiltinModule';
  if (!isRequire && !isGetBuiltin) return undefined;
  const first: unknown = Array.isArray(node.arguments) ? node.arguments[0] : undefined;
  return { specifier: literal(first), kind: 'dynamic' };
}

/** `/// <reference types="x" />` and `path="…"` are imports of types. */
function tripleSlashReferences(
  comments: readonly { readonly type: string; readonly value: string; readonly start: number }[],
  lineAt: (offset: number) => number,
): readonly FoundImport[] {
  return comments.flatMap(({ type, value, start }) => {
    const match = type === 'Line' ? /^\/\s*<reference\s+(types|path)\s*=\s*["']([^"']+)["']/.exec(value) : null;
    const target = match?.[2];
    if (!target) return [];
    const isPath = match[1] === 'path' && !target.startsWith('.');
    const specifier = isPath ? `./${target}` : target === 'node' ? 'node:*' : target;
    return [{ specifier, kind: 'type' as const, line: lineAt(start) }];
  });
}

function literal(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Literal' && typeof value.value === 'string') return value.value;
  if (value.type === 'TSLiteralType') return literal(value.literal);
  const quasis = value.type === 'TemplateLiteral' ? value.quasis : undefined;
  if (!Array.isArray(quasis) || quasis.length !== 1) return undefined;
  const cooked: unknown = quasis[0]?.value?.cooked;
  return typeof cooked === 'string' ? cooked : undefined;
}

function nameOf(node: { readonly type: string; readonly name?: string; readonly value?: unknown }): unknown {
  return node.name ?? node.value;
}

function lineFinder(source: string): (offset: number) => number {
  const starts = [0];
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const next = starts.findIndex((start) => start > offset);
    return next === -1 ? starts.length : next;
  };
}
