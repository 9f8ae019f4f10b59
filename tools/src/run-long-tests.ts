import { REPOSITORY_ROOT } from './command.ts';
import { MUTATION_TARGETS } from './mutation-targets.ts';
import { mutatePackage, runMutation } from './run-mutation.ts';
import { countTests, exitCodeOf, repositoryTests } from './run-tests.ts';
import { formatCounts, sumCounts } from './test-summary.ts';

// Every test, those with a long form in it, and then the mutants: one after the other, since both want all of the machine.
const print = (line: string): void => console.log(line);
const testRun = repositoryTests(process.argv.slice(2), { TEST_LONG: '1' });
print(`Running the tests in their long form on Node ${process.versions.node}; packages report as they finish.`);
const tests = await countTests(testRun);
print('Trying mutants of the files that decide about a token.');
const mutation = await runMutation(MUTATION_TARGETS, (target) => mutatePackage(target, REPOSITORY_ROOT), print);
const total = sumCounts([tests, mutation.counts]);
print(formatCounts(total));
process.exitCode = exitCodeOf(total);
