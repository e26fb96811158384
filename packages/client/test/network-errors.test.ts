import { describe, expect, test } from '@jest/globals';
import { createBillingPortalClient } from '../src/billing-portal-client.ts';
import { toBillingPortalError } from '../src/billing-portal-error.ts';
import { getFailure } from './get-failure.ts';

describe('a network error', () => {
  test.each([
    ['a TypeError', new TypeError('Whatever the browser says.')],
    ['a timeout', new DOMException('signal timed out', 'TimeoutError')],
    ['an error of another kind', new Error('offline')],
  ])('is what fetch rejects with: %s', async (_name, reason) => {
    const options = { url: 'https://billing.example.com', getToken: () => null };
    const client = createBillingPortalClient({ ...options, fetch: () => Promise.reject(reason) });
    const failure = await getFailure(client.getAccount());
    expect(failure).toMatchObject({ code: 'NETWORK_ERROR', cause: reason, detail: reason.message });
  });

  test.each([
    'Failed to fetch',
    'Failed to fetch (billing.example.com)',
    'network error',
    'NetworkError when attempting to fetch resource.',
    'Load failed',
    'The Internet connection appears to be offline.',
    'Network request failed',
    'fetch failed',
    'terminated',
    // Safari's and React Native's.
    'The request timed out.',
    'Network request timed out',
    'cancelled',
  ])('is what Apollo Client passes on of a rejected fetch: %s', (message) => {
    expect(toBillingPortalError(new TypeError(message)).code).toBe('NETWORK_ERROR');
    const wrapped = { message, graphQLErrors: [], networkError: new TypeError(message) };
    expect(toBillingPortalError(wrapped).code).toBe('NETWORK_ERROR');
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'a getToken that fails',
      () => Promise.reject(new TypeError("Cannot read properties of null (reading 'token')")),
    ],
    ['a token that cannot be sent', () => Promise.resolve('line\nbreak')],
  ])('is not %s', async (_name, getToken) => {
    const client = createBillingPortalClient({
      url: 'https://billing.example.com',
      getToken: getToken as () => Promise<string>,
    });
    expect((await getFailure(client.getAccount())).code).toBe('INTERNAL_SERVER_ERROR');
  });

  test.each([
    ['a connection that ends', new TypeError('La connexion réseau a été perdue.')],
    ['a signal with a reason of its own', 'the page was left'],
  ])('is an answer that ends halfway: %s', async (_name, reason) => {
    const body = new ReadableStream({ pull: (controller) => controller.error(reason) });
    const fetch = (): Promise<Response> => Promise.resolve(new Response(body));
    const client = createBillingPortalClient({
      url: 'https://billing.example.com',
      getToken: () => null,
      fetch,
    });
    expect(await getFailure(client.getAccount())).toMatchObject({ code: 'NETWORK_ERROR', cause: reason });
  });

  test('is not a fault of the page in Apollo Client’s link or cache', () => {
    const reason = new TypeError('client.cache.modify is not a function');
    expect(toBillingPortalError(reason).code).toBe('INTERNAL_SERVER_ERROR');
    const wrapped = { message: reason.message, graphQLErrors: [], networkError: reason };
    expect(toBillingPortalError(wrapped)).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      detail: reason.message,
    });
  });

  test('is not an answer that cannot be used', async () => {
    const fetch = (): Promise<Response> => Promise.resolve(new Response('{"data":null}'));
    const options = { url: 'https://billing.example.com', getToken: () => null, fetch };
    const failure = await getFailure(createBillingPortalClient(options).getAccount());
    expect(failure).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', status: 200 });
  });
});
