import { beforeAll, expect, test } from '@jest/globals';
import { billingCustomerQuery, createSessionMutation } from '../helpers/operations.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await createTestApp();
  const { id } = await app.sdk.customers.create({});
  await app.link('ada', id);
  await app.sdk.customers.del(id);
  token = await app.createToken({ userId: 'ada' });
});

test.each([
  [
    'a session is asked for',
    () => app.execute({ document: createSessionMutation, variables: { returnUrl }, token }),
  ],
  [
    'the customer is read',
    () => app.execute({ document: billingCustomerQuery, variables: { fresh: true }, token }),
  ],
])('a customer who was deleted is nothing that a purchase mends when %s', async (_title, ask) => {
  const { message } = (await ask()).expectError('CUSTOMER_NOT_FOUND');

  expect(message).toBe('Your billing account no longer exists. Contact support.');
});
