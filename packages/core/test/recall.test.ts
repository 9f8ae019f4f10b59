import { describe, expect, it } from 'vitest';
import { recallToken, registerRecall } from '../src/recall.js';
import type { Verifier } from '../src/token-verifier.js';
import { alice, foreignVerifier } from './fakes.js';

const remembering = (recall: () => unknown): Verifier => {
  const verifier = foreignVerifier(async () => alice);
  registerRecall(verifier.verifyToken, () => recall() as typeof alice);
  return verifier;
};

describe('recallToken', () => {
  it('gives what was registered for this very verifyToken, with the verifier and the token', () => {
    const seen: unknown[] = [];
    const verifier = foreignVerifier(async () => alice);
    expect(recallToken(verifier, 'some-token')).toBeUndefined();
    registerRecall(verifier.verifyToken, (...given) => {
      seen.push(given);
      return alice;
    });
    expect(recallToken(verifier, 'some-token')).toBe(alice);
    expect(seen).toEqual([[verifier, 'some-token']]);
  });

  it('asks nobody for a verifier whose verifyToken is another function, whatever is behind it', () => {
    const verifier = remembering(() => alice);
    expect(recallToken({ verifyToken: (token) => verifier.verifyToken(token) }, 'some-token')).toBeUndefined();
    expect(recallToken({ verifyToken: verifier.verifyToken.bind(verifier) }, 'some-token')).toBeUndefined();
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a text', () => 'yes'],
    ['an object that is no AccessToken', () => ({})],
    ['a promise', () => Promise.resolve(alice)],
    [
      'an error',
      () => {
        throw new Error('a fault');
      },
    ],
  ])('takes %s for nothing: the token has to be verified', (_what, recall) => {
    expect(recallToken(remembering(recall), 'some-token')).toBeUndefined();
  });

  it('survives a verifier that throws when it is looked at', () => {
    const hostile = {
      get verifyToken(): Verifier['verifyToken'] {
        throw new Error('a fault');
      },
    };
    expect(recallToken(hostile, 'some-token')).toBeUndefined();
  });
});
