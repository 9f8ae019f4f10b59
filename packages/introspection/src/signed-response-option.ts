import { assertKnownOptions, assertSecureUrl, type Clock, type HttpTransport } from '@auth/core';
import { IntrospectionFailure } from './failure.js';
import type { SignedResponseOptions } from './options.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './private-key.js';
import { onlyIssuer } from './response.js';
import type { Settings } from './settings.js';
import { enveloped, openSigned, type SignedResponseRules } from './signed-response.js';
import { SigningKeys } from './signing-keys.js';
import type { AnswerOpener } from './upstream.js';

/** The two ends of a signed answer's way: how it is fetched, and how it is opened. */
export interface SignedResponses {
  readonly transport: (transport: HttpTransport) => HttpTransport;
  readonly open: (transport: HttpTransport) => AnswerOpener;
}

/** Reads the `signedResponses` option. Throws a `TypeError` that names what is missing. */
export function signedResponseOpener(
  owner: string,
  option: unknown,
  settings: Settings,
  { toleranceSeconds, clock }: { readonly toleranceSeconds: number; readonly clock: Clock },
): SignedResponses | undefined {
  if (option === undefined || option === false) return undefined;
  const { jwksUri, algorithms } = readOption(owner, option);
  const issuer = onlyIssuer(settings.issuers);
  const { clientId, discover } = settings;
  if (issuer === undefined) throw new TypeError(`${owner}: 'signedResponses' needs exactly one 'issuer'`);
  if (clientId === undefined) throw new TypeError(`${owner}: 'signedResponses' needs a 'clientId'`);
  if (jwksUri === undefined && !discover) {
    throw new TypeError(`${owner}: 'signedResponses' needs 'signedResponses.jwksUri' or 'discover'`);
  }
  const rules: SignedResponseRules = { issuer, clientId, algorithms, toleranceSeconds, clock };
  return {
    transport: enveloped,
    open: (transport) => {
      const keys = new SigningKeys({ transport, clock });
      return async (envelope, endpoint, deadlineMs) => {
        const url = jwksUri ?? endpoint.jwksUri;
        if (url === undefined) throw new IntrospectionFailure('discovery');
        return openSigned(envelope, rules, (renew) => keys.get(url, deadlineMs, renew));
      };
    },
  };
}

function readOption(
  owner: string,
  option: unknown,
): { readonly jwksUri: string | undefined; readonly algorithms: readonly SigningAlgorithm[] } {
  if (option === true) return { jwksUri: undefined, algorithms: SIGNING_ALGORITHMS };
  assertKnownOptions(`${owner}: signedResponses`, option, ['jwksUri', 'algorithms']);
  const { jwksUri, algorithms = SIGNING_ALGORITHMS } = option as SignedResponseOptions;
  if (jwksUri !== undefined) assertSecureUrl(owner, 'signedResponses.jwksUri', jwksUri);
  const known = Array.isArray(algorithms) && algorithms.every((name) => SIGNING_ALGORITHMS.includes(name));
  if (!known || algorithms.length === 0) {
    throw new TypeError(
      `${owner}: option 'signedResponses.algorithms' must list some of ${SIGNING_ALGORITHMS.join(', ')}`,
    );
  }
  return { jwksUri, algorithms: Object.freeze([...algorithms]) };
}
