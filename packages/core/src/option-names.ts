import { editDistance } from './nearest-name.js';

/** What our names end in where others leave the unit out. */
const UNITS = ['Seconds', 'Ms', 'Bytes'];

/**
 * Text for the end of a sentence about an unknown option: which known one is probably meant, and what to write. Empty when
 * nothing is near. The unknown name is compared without case, underscores and hyphens, so that `jwks_uri` is near.
 */
export function likelyOption(unknown: string, known: readonly string[]): string {
  const wanted = plain(unknown);
  const unit = (name: string): string => UNITS.find((end) => name.endsWith(end)) ?? '';
  const matches: readonly ((name: string) => boolean)[] = [
    (name) => plain(name) === wanted,
    (name) => unit(name) !== '' && plain(name) === wanted + plain(unit(name)),
    (name) => wanted.length > 4 && editDistance(wanted, plain(name)) <= 2,
  ];
  const named = matches.map((match) => known.find(match)).find((name) => name !== undefined);
  if (named !== undefined) return `; did you mean '${named}'?`;
  const [option, write] =
    foreignNames()
      .get(wanted)
      ?.find(([name]) => known.includes(name)) ?? [];
  if (option === undefined) return '';
  return `; did you mean '${option}'?${write === undefined ? '' : ` Write ${write}.`}`;
}

function plain(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}

type Meant = readonly [option: string, write?: string];

/**
 * What people write who know the claims, FastMCP (Python), the MCP SDK, jose, express-oauth2-jwt-bearer or OAuth metadata, with
 * what it is called here. Made only for a message: a good start pays nothing for it.
 */
function foreignNames(): ReadonlyMap<string, readonly Meant[]> {
  const audience: Meant = ['audience'];
  const scopes: Meant = ['requiredScopes', "requiredScopes: ['notes:read']"];
  const tolerance: Meant = ['clockToleranceSeconds'];
  const timeout: readonly Meant[] = [
    ['timeoutMs', 'timeoutMs: 5000 for five seconds'],
    ['remoteKeys', 'remoteKeys: { timeoutMs: 5000 } for five seconds'],
  ];
  const ttl: Meant = ['cache', 'cache: { ttlSeconds: 60 }'];
  const entries: Meant = ['cache', 'cache: { maxEntries: 1000 }'];
  const token: Meant = ['verifier'];
  return new Map<string, readonly Meant[]>([
    ['aud', [audience]],
    ['audiences', [audience]],
    ['iss', [['issuer']]],
    ['issuers', [['issuer']]],
    ['issuerurl', [['issuer'], ['authorizationServers', "authorizationServers: ['https://auth.example.com']"]]],
    ['issuerbaseurl', [['issuer']]],
    ['jwksurl', [['jwksUri']]],
    ['jwksendpoint', [['jwksUri']]],
    ['jwkset', [['jwks']]],
    ['keys', [['jwks', 'jwks: { keys: [...] }']]],
    ['key', [['publicKey']]],
    ['pem', [['publicKey']]],
    ['cert', [['publicKey']]],
    ['certificate', [['publicKey']]],
    ['sharedsecret', [['secret']]],
    ['secretkey', [['secret']]],
    ['alg', [['algorithms']]],
    ['tokensigningalg', [['algorithms']]],
    ['typ', [['profile', "profile: 'rfc9068'"]]],
    ['scope', [['scopes'], scopes]],
    ['scopes', [scopes]],
    ['leeway', [tolerance]],
    ['clockskew', [tolerance]],
    ['clockskewseconds', [tolerance]],
    ['maxage', [['maxTokenAgeSeconds']]],
    ['timeout', timeout],
    ['timeoutseconds', timeout],
    ['timeoutduration', timeout],
    ['ttl', [['ttlSeconds'], ttl]],
    ['cachettlseconds', [ttl]],
    ['maxcachesize', [entries]],
    ['cachemaxage', [['remoteKeys', 'remoteKeys: { ttlSeconds: 600 }'], ttl]],
    ['cooldownduration', [['remoteKeys', 'remoteKeys: { cooldownSeconds: 30 }']]],
    ['httpclient', [['transport']]],
    ['fetch', [['transport']]],
    ['agent', [['transport', 'transport: undiciTransport({ dispatcher })']]],
    ['ssrfsafe', [['transport', 'transport: guardedTransport()']]],
    ['introspectionendpoint', [['introspectionUrl']]],
    ['endpoint', [['introspectionUrl']]],
    ['tokenendpointauthmethod', [['clientAuthMethod']]],
    ['url', [['baseUrl'], ['introspectionUrl'], ['resource']]],
    ['baseurl', [['resource']]],
    ['resourceserverurl', [['resource']]],
    ['auth', [token]],
    ['tokenverifier', [token]],
    ['scopehierarchy', [['hierarchy']]],
    ['hierarchy', [['scopeHierarchy']]],
    ['sub', [['subject']]],
    ['exp', [['expiresAt'], ['expiresInSeconds']]],
    ['logger', [['observer'], ['onDecision']]],
  ]);
}
