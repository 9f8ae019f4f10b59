import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type ConformanceOptions, type ConformanceReport, verifierConformanceReport } from '../src/conformance.js';
import { CONFORMANCE_CASES } from '../src/conformance-cases.js';
import { configureAws } from './peers/aws-adapter.js';
import { configureExpress } from './peers/express-adapter.js';
import { configureJose } from './peers/jose-adapter.js';
import { type PeerConfiguration, type PeerVerify, peerFactory } from './peers/peer-setup.js';

const PAGE = new URL('../../../docs/conformance-report.md', import.meta.url);
/** The day of the run that is committed; `write-report.ts` gives a new one. */
const DATE = process.env.REPORT_DATE ?? /Run on (\S+)/.exec(readFileSync(PAGE, 'utf8'))?.[1];
const ADAPTER = 'the adapter makes the result';
const SIGNAL = 'takes no signal';
const SCOPES = 'leaves scopes to its caller';
const CLOCK = 'has no clock to move';
const TEXT = 'takes a header, which is always text';

interface Peer {
  readonly name: string;
  readonly packageName: string;
  readonly used: string;
  readonly configure: (configuration: PeerConfiguration) => PeerVerify;
  readonly skip: ConformanceOptions['skip'];
}

const COMMON = {
  frozen: ADAPTER,
  redacts: ADAPTER,
  'names-forgeries': 'has error codes of its own',
  'minds-an-aborted-signal': SIGNAL,
  'lets-go-when-aborted': SIGNAL,
  'leaves-signals-clean': SIGNAL,
  'spares-other-callers': SIGNAL,
} as const;

const PEERS: readonly Peer[] = [
  {
    name: 'jose',
    packageName: 'jose',
    used: '`jwtVerify` with `createRemoteJWKSet`, `issuer` and `audience`',
    configure: configureJose,
    skip: { ...COMMON, 'requires-scopes': SCOPES, 'compares-scopes-exactly': SCOPES },
  },
  {
    name: 'express-oauth2-jwt-bearer',
    packageName: 'express-oauth2-jwt-bearer',
    used: '`auth({ issuer, jwksUri, audience, tokenSigningAlg })` and `requiredScopes`',
    configure: configureExpress,
    skip: { ...COMMON, 'refuses-hostile-values': TEXT, 'forgets-in-time': CLOCK },
  },
  {
    name: 'aws-jwt-verify',
    packageName: 'aws-jwt-verify',
    used: '`JwtVerifier.create({ issuer, audience, jwksUri })`, with a fetcher that speaks http',
    configure: configureAws,
    skip: { ...COMMON, 'requires-scopes': SCOPES, 'compares-scopes-exactly': SCOPES, 'forgets-in-time': CLOCK },
  },
];

function versionOf(name: string): string {
  const path = fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url));
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

function cell(report: ConformanceReport, id: string): string {
  const { outcome, message = '' } = report.results.find((result) => result.id === id) ?? { outcome: 'skipped' };
  const tally = /^(\d+) of (\d+):/.exec(message);
  if (outcome === 'failed') return tally ? `**fails** ${tally[1]} of ${tally[2]}` : '**fails**';
  return outcome === 'passed' ? 'passes' : `– (${message})`;
}

/** The findings of one peer as list items: of a table of inputs, one for each input. */
function findings(report: ConformanceReport): string[] {
  return report.results
    .filter(({ outcome }) => outcome === 'failed')
    .flatMap(({ id, title, message = '' }) => {
      const [, tally, list] = /^(\d+ of \d+): ([\s\S]*)$/.exec(message) ?? [];
      if (tally === undefined || list === undefined) return [`- \`${id}\` (${title}): ${message}`];
      return [`- \`${id}\` (${title}), ${tally}:`, ...list.split('; ').map((item) => `  - ${item}`)];
    });
}

function markdown(peers: readonly (readonly [Peer, ConformanceReport])[]): string {
  const header = peers.map(([{ name, packageName }]) => `${name} ${versionOf(packageName)}`);
  return [
    '# Conformance of other libraries',
    '',
    `The kit of \`@auth/testing\`, pointed at libraries that were not written for it. Run on ${DATE} with RS256, a key set`,
    'served over HTTP, and the whole catalogue of `forgedTokens`. The adapters in `packages/testing/test/peers` translate each',
    "library's documented errors into our codes and change nothing else, so a finding here is a difference of rules, not",
    'necessarily a vulnerability: several of the rules are stricter than the standards ask for, and some hostile texts never get',
    'past an HTTP parser. A test makes this page and fails when it differs;',
    '`npx pnpm@12 --filter @auth/testing report` writes it anew.',
    '',
    ...peers.map(([{ used }], index) => `- **${header[index]}**: ${used}`),
    '',
    `| case | ${header.join(' | ')} |`,
    `|---|${header.map(() => '---').join('|')}|`,
    ...CONFORMANCE_CASES.map(
      ({ id, title }) => `| ${title} (\`${id}\`) | ${peers.map(([, report]) => cell(report, id)).join(' | ')} |`,
    ),
    '',
    '"–": not applicable, with the reason.',
    ...peers.flatMap(([, report], index) => ['', `## ${header[index]}`, '', ...findings(report)]),
    '',
  ].join('\n');
}

it('finds in other libraries what the committed report says', { timeout: 60_000 }, async () => {
  const reports: (readonly [Peer, ConformanceReport])[] = [];
  for (const peer of PEERS) {
    const { name, skip, configure } = peer;
    reports.push([peer, await verifierConformanceReport(peerFactory(configure), { name, skip })]);
  }
  await expect(markdown(reports)).toMatchFileSnapshot(fileURLToPath(PAGE));
});
