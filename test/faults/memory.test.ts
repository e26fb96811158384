import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { AuthConfig } from '../../src/auth/authenticator.ts';
import { createToken } from '../../src/auth/token-issuer.ts';
import { loadConfig } from '../../src/config/config.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { type FaultyStripe, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { trackPromise } from '../helpers/promises.ts';
import { session } from '../errors/error-case.ts';
import { type ServiceProcess, createEnvironment, isReady, startService } from './service-kit.ts';

/** The heap of a process in a small container, and what the process may grow to: code and buffers come on top. */
interface Bounds {
  readonly heapMegabytes: number;
  readonly maxResidentMegabytes: number;
}

const floodBounds: Bounds = { heapMegabytes: 256, maxResidentMegabytes: 400 };
/** What is kept of operations fills a smaller heap with fewer of them. */
const operationBounds: Bounds = { heapMegabytes: 128, maxResidentMegabytes: 280 };
const attackMs = 6_000;

let stripe: FaultyStripe;

beforeAll(async () => {
  stripe = await startFaultyStripe();
  stripe.answerBy((response, sent) => {
    setTimeout(() => sendJson(200, session)(response, sent), 3_000);
  });
});

interface Victim {
  readonly service: ServiceProcess;
  readonly auth: AuthConfig;
  readonly authorization: string;
  readonly bounds: Bounds;
}

async function startVictim(bounds: Bounds, env: Readonly<Record<string, string>> = {}): Promise<Victim> {
  const whole = { ...createEnvironment(stripe.url), LOG_LEVEL: 'warn', ...env };
  const { auth, databaseUrl, stripe: account } = loadConfig(whole);
  // A user without a customer would be answered before Stripe is asked.
  const database = await openDatabase({ url: databaseUrl, scope: account.scope });
  await database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
  await database.close();
  const service = await startService({
    ...whole,
    NODE_OPTIONS: `--max-old-space-size=${bounds.heapMegabytes}`,
  });
  return { service, bounds, auth, authorization: `Bearer ${await createToken(auth, { userId: 'ada' })}` };
}

function readResidentMegabytes({ pid }: ServiceProcess): number {
  const [, kilobytes = ''] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** Runs an attack while it reads the memory of the process, which must be alive and answer at the end. */
async function survive(
  name: string,
  { service, bounds: { heapMegabytes, maxResidentMegabytes } }: Victim,
  attack: () => Promise<unknown>,
): Promise<void> {
  const promise = trackPromise(
    'memory',
    `${name}: below ${maxResidentMegabytes} MB with a heap of ${heapMegabytes} MB`,
  );
  const state = { isOver: false, most: 0 };
  const reading = (async () => {
    while (!state.isOver) {
      state.most = Math.max(state.most, readResidentMegabytes(service));
      await wait(50);
    }
  })();
  await promise.try(async () => {
    try {
      await attack();
    } finally {
      state.isOver = true;
    }
    await reading;
    promise.note(`${Math.round(state.most)} MB`);
    expect(state.most).toBeLessThan(maxResidentMegabytes);
    expect(await isReady(service)).toBe(true);
  });
  service.kill('SIGKILL');
}

/** Sends bodies one after another on several connections. */
async function sendAll(
  { service, authorization }: Victim,
  count: number,
  write: (index: number) => string,
  authorize: (index: number) => Promise<string> | string | null = () => authorization,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  let next = 0;
  const sendOne = (body: string, token: string | null): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: token }),
      };
      const sent = request(`${service.url}/graphql`, { agent, method: 'POST', headers });
      sent.on('error', reject).on('response', (response) => {
        response.resume().on('end', resolve);
      });
      sent.end(body);
    });
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      await sendOne(write(index), await authorize(index));
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  agent.destroy();
}

const filler = 'x'.repeat(60_000);
const notRead = `billingCustomer @include(if: false) { ${'userId '.repeat(450)} }`;
const write = (query: string, variables: object = {}): string => JSON.stringify({ query, variables });

/** Parsed, one with many tokens is ten times as large as its text. */
test.each<[string, number, (index: number) => string]>([
  ['comments of 60 kB', 2_500, (index) => write(`query Q${index} { __typename } # ${filler}`)],
  ['15,000 comments', 600, (index) => write(`query Q${index} { __typename }\n${'#\n'.repeat(15_000)}`)],
  ['operation names of 60 kB', 2_500, (index) => write(`query Q${index}${filler} { __typename }`)],
  ['500 tokens', 1_000, (index) => write(`query Q${index} { __typename ${notRead} }`)],
  [
    'variables of 60 kB',
    2_500,
    (index) => write(`query Q${index} { __typename }`, { v: `${index}${filler}` }),
  ],
])(
  'operations with different %s are not kept, %i of them',
  async (name, count, body) => {
    const victim = await startVictim(operationBounds);
    await survive(`${count} operations with ${name}`, victim, () => sendAll(victim, count, body));
  },
  120_000,
);

test('operations without a token, where a landing page lets them in, are not kept', async () => {
  const victim = await startVictim(operationBounds, { LANDING_PAGE: 'sandbox' });
  await survive('2500 operations without a token', victim, () =>
    sendAll(
      victim,
      2_500,
      (index) => write(`query Q${index} { __typename } # ${filler}`),
      () => null,
    ),
  );
}, 120_000);

test('the claims of accepted tokens are kept up to a bound, also claims that users choose', async () => {
  const victim = await startVictim(operationBounds);
  const roles = Array.from({ length: 4_000 }, () => ({})) as unknown as string[];
  await survive('1500 tokens with 4,000 objects each', victim, () =>
    sendAll(
      victim,
      1_500,
      () => write('{ __typename }'),
      async (index) => `Bearer ${await createToken(victim.auth, { userId: `user-${index}`, roles })}`,
    ),
  );
}, 120_000);

/** Resolves at an event of a socket, or when it is closed, for whichever reason. */
function occurs(socket: Socket, event: 'connect' | 'drain' | 'close'): Promise<void> {
  return new Promise((resolve) => {
    socket.once(event, () => resolve()).once('close', () => resolve());
  });
}

/** Connections that send as much as they can, and read nothing. */
async function flood({ service }: Victim, connections: number, piece: Buffer): Promise<void> {
  const end = performance.now() + attackMs;
  const sockets = new Set<Socket>();
  const isUsed = (socket: Socket): boolean => !socket.destroyed && performance.now() < end;
  const keepSending = async (): Promise<void> => {
    while (performance.now() < end) {
      const socket = connect(service.port, '127.0.0.1').on('error', () => undefined);
      sockets.add(socket);
      socket.setMaxListeners(0).pause();
      await occurs(socket, 'connect');
      while (isUsed(socket)) {
        if (socket.write(piece)) await wait(1);
        else await Promise.race([occurs(socket, 'drain'), wait(500)]);
        // What the service does not read stays in this process.
        while (socket.writableLength > 4 * piece.length && isUsed(socket)) await wait(50);
      }
      sockets.delete(socket);
      socket.destroy();
      await wait(10);
    }
  };
  await Promise.all(Array.from({ length: connections }, keepSending));
  for (const socket of sockets) socket.destroy();
}

const post = (body: string, authorization: string): Buffer =>
  Buffer.from(
    `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nauthorization: ${authorization}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

const openSession = `mutation { createBillingPortalSession(returnUrl: "https://app.example.com/") { url } }`;

test.each<[string, (authorization: string) => Buffer]>([
  [
    'a literal of 60 kB',
    (a) => post(write(`mutation { createBillingPortalSession(returnUrl: ${filler}) { url } }`), a),
  ],
  [
    'variables of 20,000 objects',
    (a) => post(write(openSession, { v: Array.from({ length: 20_000 }, () => ({})) }), a),
  ],
  ['tiny requests', () => Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(3_600))],
  [
    'tiny requests behind one that takes long',
    (a) => Buffer.concat([post(write(openSession), a), Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(3_600))]),
  ],
  [
    'many headers',
    () =>
      Buffer.from(`POST /portal-links/a HTTP/1.1\r\ncontent-length: 1000\r\n${'a:b\r\n'.repeat(1_900)}\r\n`),
  ],
])(
  '40 connections that send %s and read nothing are bounded',
  async (name, create) => {
    const victim = await startVictim(floodBounds);
    await survive(`40 connections with ${name}`, victim, () =>
      flood(victim, 40, create(victim.authorization)),
    );
  },
  60_000,
);

describe('webhooks of 16 MB that strangers send', () => {
  const secret = 'whsec_c2VjcmV0IG9mIHRoZSB2aWN0aW0';
  const largest = 16 * 1024 * 1024;

  function createDelivery(body: string, signedWith: string, length = body.length): Buffer {
    const time = Math.floor(Date.now() / 1000);
    const mac = createHmac('sha256', signedWith).update(`${time}.${body}`).digest('hex');
    return Buffer.from(
      'POST /webhooks/stripe HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n' +
        `content-length: ${length}\r\nstripe-signature: t=${time},v1=${mac}\r\n\r\n${body}`,
    );
  }

  /** Returns the status of a lawful event. */
  async function deliver({ service }: Victim, bytes: number): Promise<number> {
    const event = { object: 'event', type: 'charge.succeeded', livemode: false, padding: 'x'.repeat(bytes) };
    const socket = connect(service.port, '127.0.0.1').on('error', () => undefined);
    socket.write(createDelivery(JSON.stringify(event), secret));
    return Number((await text(socket)).slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  }

  test('are bounded, and lawful events get through beside them and after them', async () => {
    const victim = await startVictim(floodBounds, { STRIPE_WEBHOOK_SECRETS: secret });
    await survive('40 connections with webhooks of 16 MB', victim, async () => {
      const attack = flood(victim, 40, createDelivery('x'.repeat(largest), 'whsec_b2Yg'));
      await wait(attackMs / 2);
      expect(await deliver(victim, 1_000)).toBe(200);
      await attack;
      expect(await deliver(victim, 2_000_000)).toBe(200);
    });
  }, 60_000);

  test('take turns, and who waits too long for a turn is asked to send again', async () => {
    const victim = await startVictim(floodBounds, { STRIPE_WEBHOOK_SECRETS: secret });
    const slow = Array.from({ length: 4 }, () => {
      const socket = connect(victim.service.port, '127.0.0.1').on('error', () => undefined);
      socket.write(createDelivery('x'.repeat(300_000), 'whsec_b2Yg', largest));
      return socket;
    });
    await wait(500);

    expect(await deliver(victim, 2_000_000)).toBe(503);
    expect(await deliver(victim, 1_000)).toBe(200);
    for (const socket of slow) socket.destroy();
    await wait(100);
    expect(await deliver(victim, 2_000_000)).toBe(200);
    victim.service.kill('SIGKILL');
  }, 60_000);
});

test('a connection whose client does not read its responses is closed', async () => {
  const victim = await startVictim(floodBounds, { LANDING_PAGE: 'sandbox' });
  const promise = trackPromise('memory', 'a client that does not read its responses: closed within 45 s');
  const socket = connect(victim.service.port, '127.0.0.1').on('error', () => undefined);
  socket.pause();
  const query = '{ __schema { types { name description fields { name description } } } }';
  socket.write(Buffer.concat(Array.from({ length: 2_000 }, () => post(write(query), victim.authorization))));
  await wait(1_000);
  const start = performance.now();
  // Neither does it help to go on sending, and only then does a paused socket learn that it is closed.
  const trickle = setInterval(() => socket.write('\r\n'), 500);

  await promise.try(async () => {
    await Promise.race([occurs(socket, 'close'), wait(45_000)]);
    const ms = performance.now() - start;
    promise.measure(ms);
    expect(socket.destroyed).toBe(true);
    // The service was patient before.
    expect(ms).toBeGreaterThan(10_000);
  });
  clearInterval(trickle);
  victim.service.kill('SIGKILL');
}, 60_000);
