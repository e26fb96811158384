import { expect, test } from '@jest/globals';
import { createSessionMutation } from '../helpers/operations.ts';
import { createTestApp } from '../helpers/test-app.ts';

const RETURN_URLS = 'https://app.example.com/account,https://*.preview.example.com';

async function readRefusal(NODE_ENV: string): Promise<string> {
  const app = await createTestApp({ NODE_ENV, HOST: '127.0.0.1', RETURN_URLS });
  const answer = await app.execute({
    document: createSessionMutation,
    variables: { returnUrl: 'https://app.example.com/' },
    token: await app.createToken({ userId: 'ada' }),
  });
  return answer.expectError('RETURN_URL_NOT_ALLOWED').message;
}

test('in development the refusal of a return URL names the URL and the allowed ones', async () => {
  expect(await readRefusal('development')).toContain(
    'It was "https://app.example.com/"; allowed are https://app.example.com/account, https://*.preview.example.com.',
  );
});

test('in production the refusal of a return URL names neither', async () => {
  expect(await readRefusal('production')).not.toContain('://');
});
