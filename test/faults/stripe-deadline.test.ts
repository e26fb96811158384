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
