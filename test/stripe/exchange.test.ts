import { expect, test } from '@jest/globals';
import { Agent } from 'undici';
import { ExchangeTimeoutError, exchange } from '../../src/stripe/exchange.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { hang, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';

const patientMs = 5_000;

test('what waits for a connection ends in time too, and is not sent later', async () => {
  const stripe = await startFaultyStripe();
  stripe.answerBy(hang, sendJson(200, { object: 'balance' }));
  const agent = new Agent({ connections: 1 });
  closeAfterTests(() => agent.destroy());
  const send = (path: string, ms: number) => exchange(agent, { origin: stripe.url, path, method: 'GET' }, ms);

  const ended: string[] = [];
  const giveUp = (path: string, ms: number) =>
    send(path, ms).catch((error: unknown) => {
      ended.push(path);
      return error;
    });
  const failures = await Promise.all([giveUp('/hanging', 400), giveUp('/waiting', 100)]);

  for (const failure of failures) expect(failure).toBeInstanceOf(ExchangeTimeoutError);
  expect(ended).toEqual(['/waiting', '/hanging']);
  expect(await send('/next', patientMs)).toMatchObject({ status: 200, text: '{"object":"balance"}' });
  expect(stripe.requests.map(({ path }) => path)).toEqual(['/hanging', '/next']);
});
