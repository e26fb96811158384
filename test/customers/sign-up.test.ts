import { expect, test } from '@jest/globals';
import { createSessionMutation } from '../helpers/operations.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';

const signUpUrl = 'https://www.example.com/pricing?from=billing';

async function refuse(env: Record<string, string>) {
  const app = await createTestApp(env);
  const token = await app.createToken({ userId: 'new' });
  const answer = await app.execute({ document: createSessionMutation, variables: { returnUrl }, token });
  const rest = await app.fetch('/api/billing-portal', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ returnUrl }),
    token,
  });
  return {
    extensions: answer.expectError('CUSTOMER_NOT_FOUND').extensions,
    rest: (await rest.json()) as object,
  };
}

test('a user without a customer learns where to buy', async () => {
  const { extensions, rest } = await refuse({ SIGN_UP_URL: signUpUrl });

  expect(extensions).toEqual({ code: 'CUSTOMER_NOT_FOUND', signUpUrl });
  expect(rest).toMatchObject({ code: 'CUSTOMER_NOT_FOUND', signUpUrl });
});

test('no page is named where none is set', async () => {
  const { extensions, rest } = await refuse({ SIGN_UP_URL: '' });

  expect(extensions).toEqual({ code: 'CUSTOMER_NOT_FOUND' });
  expect(rest).not.toHaveProperty('signUpUrl');
});

test.each([
  'http://www.example.com/pricing',
  'javascript:alert(1)',
  'www.example.com',
  'https://user:secret@www.example.com/pricing',
])('SIGN_UP_URL=%s is refused at the start', async (url) => {
  await expect(createTestApp({ SIGN_UP_URL: url })).rejects.toThrow(/SIGN_UP_URL: expected https/);
});
