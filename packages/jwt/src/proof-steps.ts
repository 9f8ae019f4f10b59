import {
  assertClaims,
  type ClaimCheck,
  type Claims,
  invalidToken,
  JsonError,
  parseJsonObject,
  shown,
} from '@auth/core';
import { checkSignature } from './check-signature.js';
import { keptPart, splitToken, type TokenPart } from './compact-token.js';
import { keyHintOf } from './header-checks.js';
import type { KeySource } from './key-source.js';
import { checkStep, known, type Step, type StepLists, type Verification } from './verification.js';
import type { VerificationKey } from './verification-key.js';

/** The steps that establish what a token says and that the holder of a key said it: form, header, key, signature, payload. */
export function proofSteps(keys: KeySource, headerChecks: readonly ClaimCheck[]): StepLists {
  const form: Step = { name: 'form', expected: FORM, trusted: true, run: (state) => readForm(state) };
  const header: Step = { name: 'header', expected: 'a JSON object', needs: 'parts', run: readHeader };
  const rest: readonly Step[] = [
    { name: 'key', needs: 'header', trusted: true, run: (state) => findKeys(keys, state) },
    { name: 'signature', needs: 'candidates', run: provenBy },
    { name: 'payload', expected: 'a JSON object', needs: 'parts', run: readPayload },
  ];
  return {
    brief: [...briefly(form, header, headerChecks), ...rest],
    explained: [form, header, ...headerChecks.map((check) => checkStep('header', check)), ...rest],
  };
}

const FORM = 'three parts of canonical base64url';

function readForm(state: Verification, earlierHeader?: TokenPart | undefined): void {
  const parts = splitToken(state.token, earlierHeader);
  if (parts === undefined) {
    throw invalidToken('malformed', { check: 'form', expected: FORM });
  }
  state.parts = parts;
}

function readHeader(state: Verification): void {
  state.header = readObject('header', known(state.parts).header.bytes);
}

/**
 * Form, header and its checks. An issuer's tokens have few different headers: the last good one is kept, frozen, and is neither
 * read nor checked again, since what it says and whether that is good follow from its text alone.
 */
function briefly(form: Step, header: Step, checks: readonly ClaimCheck[]): readonly Step[] {
  // Written by the second step alone.
  let good: { readonly part: TokenPart; readonly header: Claims } | undefined;
  const readGoodHeader = (state: Verification): void => {
    const part = known(state.parts).header;
    if (part !== good?.part) {
      readHeader(state);
      const header = known(state.header);
      assertClaims(checks, header, state);
      good = { part: keptPart(part), header };
    }
    state.header = good.header;
  };
  return [
    { ...form, run: (state) => readForm(state, good?.part) },
    { ...header, run: readGoodHeader },
  ];
}

function findKeys(keys: KeySource, state: Verification): void | Promise<void> {
  const hint = keyHintOf(known(state.header));
  const found = keys.findKeys(hint);
  const use = (candidates: readonly VerificationKey[]): void => {
    if (candidates.length === 0) {
      throw invalidToken('unknown_key', { check: 'key', expected: keys.kids.slice(0, 20), actual: shown(hint.kid) });
    }
    state.hint = hint;
    state.candidates = candidates;
  };
  return found instanceof Promise ? found.then(use) : use(found);
}

function provenBy(state: Verification): void | Promise<void> {
  return provenByOneOf(known(state.candidates), 0, state);
}

/** The candidates from `first` on, one after the other. */
function provenByOneOf(
  candidates: readonly VerificationKey[],
  first: number,
  state: Verification,
): void | Promise<void> {
  const parts = known(state.parts);
  const { algorithm } = known(state.hint);
  for (let index = first; index < candidates.length; index++) {
    const key = known(candidates[index]);
    const good = checkSignature(parts, key, algorithm);
    if (good === true) {
      state.key = key;
      return;
    }
    if (good === false) continue;
    return good.then((provenLater) => {
      if (!provenLater) return provenByOneOf(candidates, index + 1, state);
      state.key = key;
    });
  }
  throw invalidToken('signature_invalid', { check: 'signature' });
}

function readPayload(state: Verification): void {
  state.claims = readObject('payload', known(state.parts).payload);
}

function readObject(check: string, part: Uint8Array): Claims {
  try {
    return parseJsonObject(part);
  } catch (error) {
    const actual = error instanceof JsonError ? error.message : 'unreadable';
    throw invalidToken('malformed', { check, expected: 'a JSON object', actual });
  }
}
