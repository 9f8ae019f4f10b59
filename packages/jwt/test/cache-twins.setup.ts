import { afterAll, afterEach, expect } from 'vitest';
import { compared, findings } from './cache-twins.js';

afterEach(() => {
  expect(findings.splice(0)).toEqual([]);
});

afterAll(() => {
  // Otherwise the file should not be in the list of the project.
  expect(compared).toBeGreaterThan(0);
});
