import { Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createToken } from '../../src/auth/token-issuer.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { session } from '../errors/error-case.ts';
import { type FaultyStripe, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { createSessionMutation } from '../helpers/operations.ts';
import { trackPromise } from '../helpers/promises.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { type Call, type Fate, type Outcome, ask, askUntilRefused } from './load.ts';
import {
  type ServiceProcess,
  createEnvironment,
  isReady,
  launchService,
  startService,
} from './service-kit.ts';

const runs = 12;
const keptAlive = 12;
const connectingAnew = 4;
const maxStopMs = 15_000;

let stripe: FaultyStripe;
let env: Environment;
let token: string;

beforeAll(async () => {
  stripe = await startFaultyStripe();
  env = createEnvironment(stripe.url);
  const config = loadConfig({ ...env });
  const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
  await database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
  await database.close();
  token = await createToken(config.auth, { userId: 'ada' });
});

/** Opens a session, as often as it is asked. */
function createCall({ url }: ServiceProcess): Call {
  const body = JSON.stringify({ query: createSessionMutation.toString(), variables: { returnUrl } });
  const isRight = (answer: string): boolean => {
    try {
      return (JSON.parse(answer) as SessionAnswer).data?.createBillingPortalSession.id === session.id;
    } catch {
      return false;
    }
  };
  return { url: `${url}/graphql`, body, token, isRight };
}

interface SessionAnswer {
  readonly data?: { readonly createBillingPortalSession: { readonly id: string } };
}

/** Connections that the system still held for the service are not its doing, unless it has read from them. */
function judge({ requestId, fate }: Outcome, read: ReadonlySet<string>): Fate {
  return fate === 'reset before a byte came' && read.has(requestId) ? 'cut: reset after it was read' : fate;
}

function answerAfter(ms: () => number): void {
  stripe.answerBy((response, request) => {
    setTimeout(() => sendJson(200, session)(response, request), ms());
  });
}

async function timeStop(service: ServiceProcess) {
  const start = performance.now();
  service.kill('SIGTERM');
  const ending = await service.ended;
  return { ...ending, ms: performance.now() - start };
}

describe('SIGTERM', () => {
  test(`cuts nothing that was accepted, ${runs} times under load`, async () => {
    const whole = trackPromise(
      'stop',
      'SIGTERM under load: what is accepted is answered as a whole, the rest refused',
    );
    const ended = trackPromise('stop', 'SIGTERM under load: the process ends within 15 s, with exit code 0');
    answerAfter(() => 5 + Math.random() * 60);
    const fates: Fate[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const service = await startService(env);
      const call = createCall(service);
      const asking = Array.from({ length: keptAlive + connectingAnew }, (_, index) =>
        askUntilRefused(call, index < keptAlive),
      );
      await wait(150 + Math.random() * 200);
      await ended.try(async () => {
        const { exitCode, signal, stderr, ms } = await timeStop(service);
        ended.measure(ms);
        expect({ exitCode, signal, stderr }).toEqual({ exitCode: 0, signal: null, stderr: '' });
        expect(ms).toBeLessThan(maxStopMs);
      });
      const read = service.readRequestIds();
      const outcomes = (await Promise.all(asking)).flat();
      fates.push(...outcomes.map((outcome) => judge(outcome, read)));
    }
    const countOf = (fate: Fate): number => fates.filter((each) => each === fate).length;
    const kept = fates.filter((fate) => !fate.startsWith('cut'));
    whole.count(fates.length, kept.length);
    whole.note(`${runs} runs, ${fates.length - kept.length} cut`);
    whole.note(`${countOf('reset before a byte came')} reset in the system's queue`);
    expect(countOf('answered')).toBeGreaterThan(runs * 2 * keptAlive);
    expect(kept).toEqual(fates);
  }, 600_000);

  test('waits for an answer that takes seconds, and not for connections on which nothing comes', async () => {
    const promise = trackPromise(
      'stop',
      'SIGTERM beside silent connections: answers under way are waited for, exit code 0',
    );
    answerAfter(() => 3_000);
    const service = await startService(env);
    const agent = new Agent({ keepAlive: true });
    const silent = [connect(service.port, '127.0.0.1'), connect(service.port, '127.0.0.1')];
    silent[1]?.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\n');
    for (const socket of silent) socket.on('error', () => socket.destroy());
    const asking = ask(createCall(service), agent);
    while (stripe.requests.length === 0) await wait(10);

    await promise.try(async () => {
      const { exitCode, stderr, ms } = await timeStop(service);
      promise.measure(ms);
      expect(await asking).toMatchObject({ fate: 'answered' });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(ms).toBeLessThan(10_000);
    });
    agent.destroy();
    for (const socket of silent) socket.destroy();
  }, 60_000);

  test('ends in time though a client never ends its request', async () => {
    const promise = trackPromise('stop', 'SIGTERM while a body never ends: exit code 0 within 15 s');
    const service = await startService(env);
    const slow = connect(service.port, '127.0.0.1').on('error', () => slow.destroy());
    slow.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n` +
        'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    );
    // What came before it on another connection has been read when this is answered.
    expect(await isReady(service)).toBe(true);

    await promise.try(async () => {
      const { exitCode, stderr, ms } = await timeStop(service);
      promise.measure(ms);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(ms).toBeLessThan(maxStopMs);
    });
    slow.destroy();
  }, 60_000);

  test('a second time ends the process at once', async () => {
    const promise = trackPromise('stop', 'a second SIGTERM: the process ends at once, with exit code 1');
    answerAfter(() => 5_000);
    const service = await startService(env);
    const agent = new Agent();
    const asking = ask(createCall(service), agent);
    while (stripe.requests.length === 0) await wait(10);
    service.kill('SIGTERM');
    await wait(700);

    await promise.try(async () => {
      const { exitCode, ms } = await timeStop(service);
      promise.measure(ms);
      expect(exitCode).toBe(1);
      expect(ms).toBeLessThan(2_000);
    });
    expect(await asking).not.toMatchObject({ fate: 'answered' });
  }, 60_000);

  test('during the start ends it, whenever it comes', async () => {
    const promise = trackPromise('stop', 'SIGTERM during the start: the process ends, without a word');
    const begin = performance.now();
    (await startService(env)).kill('SIGKILL');
    const startMs = performance.now() - begin;
    for (let run = 0; run < 10; run += 1) {
      const service = await launchService(env);
      await wait((run / 9) * startMs);
      await promise.try(async () => {
        const { exitCode, signal, stderr, ms } = await timeStop(service);
        promise.measure(ms);
        // Before there is a program to take the signal, the system does what it asks for.
        expect([0, 'SIGTERM']).toContain(exitCode ?? signal);
        expect(stderr).toBe('');
        expect(ms).toBeLessThan(maxStopMs);
      });
    }
  }, 120_000);
});
