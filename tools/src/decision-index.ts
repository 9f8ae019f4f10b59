import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The table of the records in `folder` (docs/decisions), by number: file and title, which is its first heading. */
export function decisionIndex(folder: string): string {
  const records = readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.md$/.test(file))
    .sort();
  const rows = records.map((file) => {
    const number = file.slice(0, 4);
    const heading = /^# (\d{4}) (.+)$/m.exec(readFileSync(join(folder, file), 'utf8'));
    if (heading?.[1] !== number) throw new Error(`${file} must begin with "# ${number} Its title"`);
    return `| [${number}](${file}) | ${heading[2]} |`;
  });
  const twice = records.find((file, index) => records[index - 1]?.slice(0, 4) === file.slice(0, 4));
  if (twice) throw new Error(`two records have the number ${twice.slice(0, 4)}: give ${twice} the next free one`);
  return ['| | |', '|---|---|', ...rows].join('\n');
}
