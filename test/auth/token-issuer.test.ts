import { expect, test } from '@jest/globals';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { createToken } from '../../src/auth/token-issuer.ts';
import { createConfig, rsa, secret, toPem } from './token-kit.ts';

const config = createConfig({ kind: 'secret', secret });

test('an authenticator of the same configuration accepts the token', async () => {
  const names = {
    subjectClaim: 'organisation.id',
    rolesClaim: 'https://example.com/roles',
    emailClaim: 'mail',
  };
  for (const each of [config, createConfig(config.keySource, names)]) {
    const token = await createToken(each, { userId: 'user_1', roles: ['support'], email: 'ada@example.com' });
    const authenticator = createAuthenticator(each);
    await expect(authenticator.authenticate(`Bearer ${token}`)).resolves.toMatchObject({
      userId: 'user_1',
      roles: ['support'],
      email: 'ada@example.com',
    });
  }
});

test('the token lives for an hour, or as long as it is told', async () => {
  const start = Date.now();
  const tokens = [
    { token: await createToken(config, { userId: 'user_1' }), lifetime: 3600 },
    { token: await createToken(config, { userId: 'user_1', lifetimeSeconds: 5 }), lifetime: 5 },
  ];
  for (const { token, lifetime } of tokens) {
    const getCallerAfter = async (seconds: number) =>
      createAuthenticator(config, () => start + seconds * 1000).authenticate(`Bearer ${token}`);
    await expect(getCallerAfter(lifetime + 50)).resolves.toMatchObject({ userId: 'user_1', email: null });
    await expect(getCallerAfter(lifetime + 70)).rejects.toMatchObject({
      message: 'The token has expired ("exp").',
    });
  }
});

test('no token is made without a shared secret', async () => {
  const publicKeyConfig = createConfig({ kind: 'publicKey', pem: toPem(rsa.publicKey) });
  await expect(createToken(publicKeyConfig, { userId: 'user_1' })).rejects.toThrow('JWT_SECRET');
});
