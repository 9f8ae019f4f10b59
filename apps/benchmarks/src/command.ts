import { benchmarkNames } from './benchmarks.js';

/** What the command line asks for. */
export interface Command {
  /** Benchmarks to run. */
  readonly names: readonly string[];
  readonly json: boolean;
  /** Write the tables and the picture into `docs/`. */
  readonly docs: boolean;
  /** Ten million verifications where a short run has two hundred thousand. */
  readonly long: boolean;
}

const FLAGS = ['--json', '--docs', '--long'];

export const USAGE = `bench [${benchmarkNames().join(' | ')}] … [--long] [--json | --docs]

  --long  ten million distinct tokens instead of 200,000 in the benchmark of memory
  --json  everything as JSON, for comparison
  --docs  runs everything and writes docs/benchmarks-results.md and docs/benchmarks.svg`;

/** Reads the arguments; a text says what is wrong with them. */
export function readCommand(args: readonly string[]): Command | string {
  const given = args.filter((argument) => argument !== '--');
  const flags = given.filter((argument) => argument.startsWith('-'));
  const names = given.filter((argument) => !argument.startsWith('-'));
  const unknown = [
    ...flags.filter((flag) => !FLAGS.includes(flag)),
    ...names.filter((name) => !benchmarkNames().includes(name)),
  ];
  if (unknown.length > 0) return `unknown: ${unknown.join(', ')}`;
  const docs = flags.includes('--docs');
  if (docs && (names.length > 0 || flags.includes('--json'))) return '--docs runs everything and prints no JSON';
  return {
    names: names.length > 0 ? names : benchmarkNames(),
    json: flags.includes('--json'),
    docs,
    long: flags.includes('--long'),
  };
}
