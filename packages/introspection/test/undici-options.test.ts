import { expect, it } from 'vitest';
import { undiciTransport } from '../src/undici.js';

it.each([
  ['a misspelt option', { dispatchr: {} }, "unknown option 'dispatchr'"],
  ['a dispatcher that is none', { dispatcher: 'agent' }, "option 'dispatcher'"],
])('undiciTransport refuses %s, which would silently drop client certificates', (_title, options, message) => {
  expect(() => undiciTransport(options as never)).toThrow(message);
  expect(() => undiciTransport(options as never)).toThrow(TypeError);
});
