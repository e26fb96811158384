import { expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const app: TestApp = await createTestApp();

function sign(claims: Record<string, unknown>): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 600;
  const usual = { iss: 'https://issuer.example.com', aud: 'billing', sub: 'user_planted', exp };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from('a secret for the integration tests only'));
}

async function ask(token: string): Promise<{ status: number; message: string | undefined; line: object }> {
  const query = JSON.stringify({ query: '{ billingCustomer { id } }' });
  const headers = { 'content-type': 'application/json' };
  const response = await app.fetch('/graphql', { method: 'POST', headers, body: query, token });
  const requestId = response.headers.get('x-request-id');
  const line = await waitUntil('the line of the request', () =>
    app.logs
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .find((one) => one['requestId'] === requestId),
  );
  const body = (await response.json()) as { error?: string; errors?: [{ message: string }] };
  return { status: response.status, message: body.errors?.[0].message ?? body.error, line };
}

test('the client learns which of issuer and audience is refused, and the log both values', async () => {
  const issuer = await ask(await sign({ iss: 'https://issuer.example.com/' }));
  const audience = await ask(await sign({ aud: 'shop' }));

  expect(issuer).toMatchObject({
    status: 401,
    message: `The token's issuer ("iss") is not the expected one.`,
    line: {
      msg: 'token refused',
      refused: 'iss',
      expected: 'https://issuer.example.com',
      actual: 'https://issuer.example.com/',
      hint: 'they differ only in a trailing slash',
    },
  });
  expect(audience).toMatchObject({
    status: 401,
    message: `The token's audience ("aud") is not the expected one.`,
    line: { msg: 'token refused', refused: 'aud', expected: 'billing', actual: 'shop' },
  });
});

test('the log holds nothing of a refused token but the claim that is refused', async () => {
  const token = await sign({ aud: 'shop', email: 'planted@example.com', sub: 'user_planted' });
  await ask(token);
  await ask(token.slice(0, -5));

  const logs = app.logs.join('');
  for (const part of [...token.split('.'), 'planted']) expect(logs).not.toContain(part);
});

test('a token of 16 kB is accepted', async () => {
  const small = await sign({ groups: '' });
  const token = await sign({ groups: 'g'.repeat(Math.floor(((16_384 - small.length) * 3) / 4)) });

  expect(token.length).toBeGreaterThan(16_300);
  expect(await ask(token)).toMatchObject({ status: 200 });
});
