import { expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { Agent } from 'undici';
import { StripeHttpClient } from '../../src/stripe/stripe-http-client.ts';
import { noMetrics } from '../../src/telemetry/metrics.ts';
import { Telemetry } from '../../src/telemetry/telemetry.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { hang, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';

test('a request that waits for a connection ends in time too, and is not sent later', async () => {
  const stripe = await startFaultyStripe();
  stripe.answerBy(hang, sendJson(200, { object: 'balance' }));
  const agent = new Agent({ connections: 1 });
  closeAfterTests(() => agent.destroy());
  const client = new StripeHttpClient(agent, null, new Telemetry(noMetrics));
  const { hostname, port } = new URL(stripe.url);
  const send = (path: string, ms: number) =>
    client.makeRequest(hostname, port, path, 'GET', {}, '', 'http', ms);

  const ended: string[] = [];
  const giveUp = (path: string, ms: number) =>
    send(path, ms).catch((error: unknown) => {
      ended.push(path);
      return error;
    });
  const failures = await Promise.all([giveUp('/hanging', 400), giveUp('/waiting', 100)]);

  const { TIMEOUT_ERROR_CODE: code } = Stripe.HttpClient;
  expect(failures).toEqual([expect.objectContaining({ code }), expect.objectContaining({ code })]);
  expect(ended).toEqual(['/waiting', '/hanging']);
  expect(await (await send('/next', 5_000)).toJSON()).toEqual({ object: 'balance' });
  expect(stripe.requests.map(({ path }) => path)).toEqual(['/hanging', '/next']);
});
