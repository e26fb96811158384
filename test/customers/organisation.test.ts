import { expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createSessionMutation } from '../helpers/operations.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type CreationKit, createCreationKit } from './creation-kit.ts';

/** Opens a session as a member of an organisation, whose token has the member's personal address. */
async function openAsMember({ app }: CreationKit, claims: Readonly<Record<string, unknown>>): Promise<void> {
  const { keySource, issuer, audience } = app.config.auth;
  const token = await new SignJWT({
    sub: 'member_1',
    name: 'Ada Lovelace',
    email: 'ada.personal@example.com',
    email_verified: true,
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience([...audience])
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(keySource.kind === 'secret' ? keySource.secret : ''));
  (await app.execute({ document: createSessionMutation, variables: { returnUrl }, token })).expectData();
}

test.each([
  ['org_id', { org_id: 'org_1' }],
  ['https://example.com/org', { 'https://example.com/org': 'org_1' }],
  ['organization.id', { organization: { id: 'org_1' } }],
])(
  "an organisation's customer (%s) gets nothing personal of the member who came first",
  async (claim, claims) => {
    const kit = await createCreationKit({ JWT_SUBJECT_CLAIM: claim });

    await openAsMember(kit, claims);

    expect(await kit.findLinked('org_1')).toMatch(/^cus_/);
    expect(JSON.stringify(kit.listCreations())).not.toMatch(/personal|lovelace|member_1/i);
    expect(kit.listCreations()).toMatchObject([{ params: { metadata: expect.anything() } }]);
    expect(kit.listCreations()[0]?.params).not.toHaveProperty('email');
  },
);

test('an organisation has the address of the claim that is configured for it', async () => {
  const kit = await createCreationKit({
    JWT_SUBJECT_CLAIM: 'organization.id',
    JWT_EMAIL_CLAIM: 'organization.billing_email',
  });

  await openAsMember(kit, { organization: { id: 'org_1', billing_email: 'billing@example.com' } });

  expect(kit.listCreations()).toMatchObject([{ params: { email: 'billing@example.com' } }]);
});

test('a user who is the subject has the verified address of the token', async () => {
  const kit = await createCreationKit();

  await openAsMember(kit, {});

  expect(kit.listCreations()).toMatchObject([{ params: { email: 'ada.personal@example.com' } }]);
});
