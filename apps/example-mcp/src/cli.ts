import { adviceFor } from './advice.js';

// Imported late, so that a missing dependency is met here and can be explained.
async function main(command: string | undefined): Promise<number> {
  if (command === 'demo') {
    const { runDemo } = await import('./demo.js');
    const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
    return (await runDemo((text) => process.stdout.write(text), colour)) ? 0 : 1;
  }
  const { start } = await import('./start.js');
  await start((text) => process.stdout.write(text));
  return 0;
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  const advice = adviceFor(error);
  process.stderr.write(`${advice ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  process.exitCode = 1;
}
