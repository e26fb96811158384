import { describe, expect, test } from '@jest/globals';
import { type AuthConfig, createAuthenticator } from '../../src/auth/authenticator.ts';
import type { Caller } from '../../src/auth/claims.ts';
import { claims, createConfig, createHmacToken, now, secret } from './token-kit.ts';

/** Access tokens as these issuers write them; the members that matter are theirs, word for word. */
const { aud: _aud, ...withoutAudience } = claims;
const cognito = {
  ...withoutAudience,
  client_id: 'billing',
  token_use: 'access',
  scope: 'openid',
  version: 2,
};
const clerk = { ...withoutAudience, azp: 'billing', sid: 'sess_1', v: 2 };
const rolesOfZitadel = 'urn:zitadel:iam:org:project:roles';
const zitadel = { ...claims, [rolesOfZitadel]: { 'billing:admin': { 2001: 'acme.zitadel.cloud' } } };
const keycloak = { ...claims, typ: 'Bearer', azp: 'web', realm_access: { roles: ['billing:admin'] } };
const supabase = { ...claims, app_metadata: { org: { id: 42 } }, role: 'authenticated' };

async function authenticate(token: object, settings: Partial<AuthConfig>): Promise<Caller | null> {
  const config = createConfig({ kind: 'secret', secret }, settings);
  const authenticator = createAuthenticator(config, () => now * 1000);
  return authenticator.authenticate(`Bearer ${createHmacToken(token)}`);
}

test.each<[string, object, Partial<AuthConfig>, Partial<Caller>]>([
  ['Cognito', cognito, { audienceClaim: 'client_id' }, { userId: 'user_1' }],
  ['Clerk', clerk, { audienceClaim: 'azp' }, { userId: 'user_1' }],
  ['Zitadel', zitadel, { rolesClaim: rolesOfZitadel }, { roles: ['billing:admin'] }],
  ['Keycloak', keycloak, { rolesClaim: 'realm_access.roles' }, { roles: ['billing:admin'] }],
  ['Supabase', supabase, { subjectClaim: 'app_metadata.org.id' }, { userId: '42' }],
])('an access token of %s is accepted', async (_issuer, token, settings, caller) => {
  await expect(authenticate(token, settings)).resolves.toMatchObject(caller);
});

describe('where another claim names the audience', () => {
  const settings = { audienceClaim: 'client_id' };
  const refusedClaim = (claim: string) => ({
    code: 'UNAUTHENTICATED',
    message: `The token's audience ("${claim}") is not the expected one.`,
  });

  test.each<[string, object]>([
    ['is missing, though "aud" is the expected one', { ...cognito, client_id: undefined, aud: 'billing' }],
    ['is of another client', { ...cognito, client_id: 'shop' }],
    ['begins alike', { ...cognito, client_id: 'billing2' }],
    ['is empty', { ...cognito, client_id: '' }],
    ['is an object', { ...cognito, client_id: { billing: true } }],
  ])('a token whose claim %s is refused', async (_what, token) => {
    await expect(authenticate(token, settings)).rejects.toMatchObject(refusedClaim('client_id'));
  });

  test.each([['shop'], [['shop']], [[]], [null]])(
    'a token for another service is refused: "aud" is %j',
    async (aud) => {
      await expect(authenticate({ ...cognito, aud }, settings)).rejects.toMatchObject(refusedClaim('aud'));
    },
  );

  test('a token may name the audience in both claims', async () => {
    const token = { ...cognito, aud: ['billing'] };
    await expect(authenticate(token, settings)).resolves.toMatchObject({ userId: 'user_1' });
  });
});

test('without that setting a token without "aud" is refused, whatever else it holds', async () => {
  for (const token of [cognito, clerk]) {
    await expect(authenticate(token, {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});
