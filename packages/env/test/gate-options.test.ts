import { beforeEach, describe, expect, it, vi } from 'vitest';
import { gateOptionsFromEnv } from '../src/index.js';
import { problemsOf, silenceWarnings } from './harness.js';

const P = 'MCP_SERVER_AUTH';
const RESOURCE = 'https://mcp.example.com/mcp';

beforeEach(silenceWarnings);

describe('what the environment says about the server', () => {
  it('is nothing when nothing is set', () => {
    expect(gateOptionsFromEnv({ [`${P}_RESOURCE`]: ' ', [P]: 'jwt' })).toEqual({});
  });

  it('goes to the gate as it is written', () => {
    const env = {
      [`${P}_RESOURCE`]: RESOURCE,
      [`${P}_AUTHORIZATION_SERVERS`]: '["https://a.example", "http://127.0.0.1:9000"]',
      [`${P}_SCOPES_SUPPORTED`]: 'notes:read, notes:write',
    };
    const options = gateOptionsFromEnv(env);
    expect(options).toEqual({
      resource: RESOURCE,
      authorizationServers: ['https://a.example', 'http://127.0.0.1:9000'],
      scopesSupported: ['notes:read', 'notes:write'],
    });
    expect(Object.isFrozen(options)).toBe(true);
  });

  it.each(['RESOURCE', 'BASE_URL', 'RESOURCE_SERVER_URL', 'JWT_RESOURCE', 'JWT_BASE_URL'])(
    'takes the resource from %s',
    (name) => {
      expect(gateOptionsFromEnv({ [P]: 'jwt', [`${P}_${name}`]: RESOURCE })).toEqual({ resource: RESOURCE });
    },
  );

  it('leaves the section of another strategy alone', () => {
    expect(gateOptionsFromEnv({ [P]: 'debug', [`${P}_JWT_BASE_URL`]: 'nonsense' })).toEqual({});
  });

  it('may say the same twice', () => {
    expect(gateOptionsFromEnv({ [`${P}_RESOURCE`]: RESOURCE, [`${P}_BASE_URL`]: RESOURCE })).toEqual({
      resource: RESOURCE,
    });
  });

  it('has another prefix when told so', () => {
    expect(gateOptionsFromEnv({ X_RESOURCE: RESOURCE }, { prefix: 'X' })).toEqual({ resource: RESOURCE });
  });

  it('is read from process.env when no environment is given', () => {
    vi.stubEnv(`${P}_RESOURCE`, RESOURCE);
    expect(gateOptionsFromEnv()).toEqual({ resource: RESOURCE });
    vi.unstubAllEnvs();
  });

  it('lists every problem at once, without a value', async () => {
    const problems = await problemsOf(() =>
      gateOptionsFromEnv({
        [`${P}_RESOURCE`]: 'http://hidden.example',
        [`${P}_AUTHORIZATION_SERVERS`]: 'https://a.example,hidden-server',
        [`${P}_SCOPES_SUPPORTED`]: '[1]',
      }),
    );
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      `${P}_RESOURCE`,
      `${P}_SCOPES_SUPPORTED`,
      `${P}_AUTHORIZATION_SERVERS`,
    ]);
    expect(problems.join()).not.toContain('hidden');
  });

  it.each([
    [
      { [`${P}_RESOURCE`]: RESOURCE, [`${P}_BASE_URL`]: 'https://other.example' },
      `${P}_BASE_URL: contradicts ${P}_RESOURCE`,
    ],
    [{ [`${P}_AUTHORIZATION_SERVERS`]: '[]' }, `${P}_AUTHORIZATION_SERVERS: must name at least one`],
    [{ [`${P}_RESOURCE`]: 'https://mcp.example.com/#x' }, `${P}_RESOURCE: must be an https URL`],
    [{ [`${P}_RESOURCE`]: 5 as unknown as string }, `${P}_RESOURCE: must be a text`],
  ])('refuses %j', async (env, problem) => {
    expect((await problemsOf(() => gateOptionsFromEnv(env)))[0]).toContain(problem);
  });

  it('refuses options it does not know', () => {
    expect(() => gateOptionsFromEnv({}, { prefixes: 'X' } as never)).toThrow("unknown option 'prefixes'");
  });
});
