import type { SourceFile } from './import-graph.ts';
import type { Violation } from './package-rules.ts';
import type { WorkspacePackage } from './workspace.ts';

export const MAX_FILE_LINES = 300;

/** Size and export rules of one file. */
export function checkShape(owner: WorkspacePackage, file: SourceFile): readonly Violation[] {
  const { scan, path } = file;
  const at = (line: number, rule: string, message: string): Violation => ({ path, line, rule, message });
  const violations = scan.syntaxErrors.map(({ line, message }) => at(line, 'syntax', message));
  if (file.area === 'test') return violations;

  if (scan.lineCount > MAX_FILE_LINES) {
    violations.push(
      at(
        MAX_FILE_LINES + 1,
        'file-length',
        `${scan.lineCount} lines, the limit is ${MAX_FILE_LINES}: split it by responsibility`,
      ),
    );
  }
  for (const line of scan.exportAllLines)
    violations.push(at(line, 'export-all', 'export * hides what is public: name the exports'));
  if (owner.kind !== 'library') return violations;

  for (const line of scan.defaultExportLines)
    violations.push(at(line, 'default-export', 'packages export by name only'));
  if (file.layer.includes('/')) violations.push(at(1, 'flat-src', 'src/ is flat: no folders in it'));
  if (file.layer === 'index') {
    for (const line of scan.otherStatementLines) {
      violations.push(at(line, 'index-reexports', "index holds `export { … } from './…'` only"));
    }
  }
  return violations;
}
