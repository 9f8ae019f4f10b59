import { type ClaimCheck, type Claims, freezeJson, invalidToken, JsonError, shown } from '@auth/core';
import { checkSignature } from './check-signature.js';
import { readJsonPart, splitToken } from './compact-token.js';
import { keyHintOf } from './header-checks.js';
import type { KeySource } from './key-source.js';
import { checkStep, known, type Step, type Verification } from './verification.js';
import type { VerificationKey } from './verification-key.js';

/** The steps that establish what a token says and that the holder of a key said it: form, header, key, signature, payload. */
export function proofSteps(keys: KeySource, headerChecks: readonly ClaimCheck[]): readonly Step[] {
  return [
    { name: 'form', expected: 'three parts of canonical base64url', trusted: true, run: readForm },
    { name: 'header', expected: 'a JSON object', needs: 'parts', run: headerReader() },
    ...headerChecks.map((check) => checkStep('header', check)),
    { name: 'key', needs: 'header', trusted: true, run: (state) => findKeys(keys, state) },
    { name: 'signature', needs: 'candidates', run: provenBy },
    { name: 'payload', expected: 'a JSON object', needs: 'parts', run: readPayload },
  ];
}

function readForm(state: Verification): void {
  const parts = splitToken(state.token);
  if (parts === undefined) {
    throw invalidToken('malformed', { check: 'form', expected: 'three parts of canonical base64url' });
  }
  state.parts = parts;
}

/** An issuer's tokens have few different headers: the one read last is kept, frozen, and not read again. */
function headerReader(): Step['run'] {
  // Both written here alone, together; a header is a function of its text.
  let lastText: string | undefined;
  let lastHeader: Claims = {};
  return (state) => {
    const text = known(state.parts).header;
    if (text !== lastText) {
      lastHeader = freezeJson(readObject('header', text));
      lastText = text;
    }
    state.header = lastHeader;
  };
}

function findKeys(keys: KeySource, state: Verification): void | Promise<void> {
  const hint = keyHintOf(known(state.header));
  const found = keys.findKeys(hint);
  const use = (candidates: Verification['candidates']): void => {
    if (candidates === undefined || candidates.length === 0) {
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

function readObject(check: string, part: string): Claims {
  try {
    return readJsonPart(part);
  } catch (error) {
    const actual = error instanceof JsonError ? error.message : 'unreadable';
    throw invalidToken('malformed', { check, expected: 'a JSON object', actual });
  }
}
