import { expect, it } from 'vitest';
import { editDistance, nearestName } from '../src/nearest-name.js';

it.each([
  ['P_JTW', ['P_JWT', 'P_STATIC'], 'P_JWT'],
  ['p_jwt', ['P_JWT', 'P_JWK'], 'P_JWT'],
  ['P_ISUER', ['P_AUDIENCE', 'P_ISSUER'], 'P_ISSUER'],
  ['P_X', [], undefined],
])('nearest to %s among %j is %s', (name, known, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});

it.each([
  ['issuer', 'issuer', 0],
  ['isuer', 'issuer', 1],
  ['isseur', 'issuer', 1],
  ['', 'aud', 3],
])('from %s to %s it is %i', (one, other, distance) => {
  expect(editDistance(one, other)).toBe(distance);
});
