import { expect, test } from '@jest/globals';
import { session } from '../errors/error-case.ts';
import { type Answer, hang, startFaultyStripe, trickle } from '../helpers/faulty-stripe.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { trackPromise } from '../helpers/promises.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';

const deadlineMs = 8_000;
/** What a request may take beside Stripe. */
const besideMs = 1_000;

/** With a shorter deadline, every fault is tried in test/stripe: only these make a call last until it. */
test.each<[string, Answer]>([
  ['nothing comes', hang],
  ['the answer comes a byte at a time', trickle({ ...session, padding: 'x'.repeat(2_000) }, 10)],
])('a call of Stripe ends by 8 seconds when %s', async (fault, answer) => {
  const promise = trackPromise('Stripe', `${fault}: STRIPE_UNAVAILABLE by the deadline of 8 s`);
  const stripe = await startFaultyStripe();
  stripe.answerBy(answer);
  const app = await createTestApp({ STRIPE_API_URL: stripe.url });
  await app.link('ada', 'cus_1');
  const token = await app.createToken({ userId: 'ada' });

  await promise.try(async () => {
    const start = performance.now();
    const refusal = await app.execute({ document: createSessionMutation, variables: { returnUrl }, token });
    const ms = performance.now() - start;
    promise.measure(ms);
    refusal.expectError('STRIPE_UNAVAILABLE');
    expect(ms).toBeGreaterThan(deadlineMs - 500);
    expect(ms).toBeLessThan(deadlineMs + besideMs);
  });
});

test('a session that takes several slow calls is answered, however long they take together', async () => {
  const promise = trackPromise('Stripe', 'calls of 4.5 s each: the session is answered after all of them');
  const app = await createTestApp({ CUSTOMER_CREATION: 'on_demand', PORTAL_POLICIES: 'bench/policies.yaml' });
  const slow = new URLSearchParams({ path: '/v1/*', delay_ms: '4500', times: '20' });
  await fetch(`${app.stripe.url}/_control/faults`, { method: 'POST', body: slow });
  const token = await app.createToken({ userId: 'ada' });

  await promise.try(async () => {
    const start = performance.now();
    const opened = await app.execute({ document: createSessionMutation, variables: { returnUrl }, token });
    promise.measure(performance.now() - start);
    expect(opened.expectData().createBillingPortalSession.url).toContain('/p/session/');
    expect(performance.now() - start).toBeGreaterThan(15_000);
  });
});
