import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type Socket, connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { session } from '../errors/error-case.ts';
import { writePost } from '../http/raw-request.ts';

jest.setTimeout(20_000);

const query = `mutation { createBillingPortalSession(returnUrl: "${returnUrl}") { url } }`;

/** A service whose Stripe answers no session before it is told to. */
async function startSlowApp() {
  const stripe = await startFaultyStripe();
  const app = await createTestApp({ STRIPE_API_URL: stripe.url, STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789' });
  await app.link('ada', 'cus_1');
  const waiting: (() => void)[] = [];
  let isOpen = false;
  stripe.answerBy((response, request) => {
    const answer = (): void => sendJson(200, session)(response, request);
    if (isOpen) answer();
    else waiting.push(answer);
  });
  const release = (): void => {
    isOpen = true;
    for (const answer of waiting) answer();
  };
  const token = await app.createToken({ userId: 'ada' });
  return { app, waiting, release, authorization: `Bearer ${token}` };
}

function open(app: TestApp): Socket {
  return connect(Number(new URL(app.url).port), '127.0.0.1').on('error', () => undefined);
}

function countAnswers(socket: Socket): () => number {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text.match(/HTTP\/1\.1 200 /g)?.length ?? 0;
}

test('of 200 pipelined requests, 16 are worked on at a time, and all are answered', async () => {
  const { app, waiting, release, authorization } = await startSlowApp();
  const socket = open(app);
  const count = countAnswers(socket);
  const one = writePost('/graphql', JSON.stringify({ query }), { authorization, connection: 'keep-alive' });
  socket.write(Buffer.concat(Array.from({ length: 200 }, () => one)));

  await waitUntil('16 requests at Stripe', () => waiting.length >= 16 || undefined);
  await wait(200);
  expect(waiting).toHaveLength(16);
  release();
  await waitUntil('all answers', () => count() === 200 || undefined);
  socket.destroy();
});

test('with 16 requests at work, a connection is read no further', async () => {
  const { app, waiting, authorization } = await startSlowApp();
  let read = 0;
  const note = (message: unknown): void => {
    if ((message as { request: IncomingMessage }).request.url === '/graphql') read += 1;
  };
  subscribe('http.server.request.start', note);
  const socket = open(app);
  const one = writePost('/graphql', JSON.stringify({ query }), { authorization, connection: 'keep-alive' });
  socket.write(Buffer.concat(Array.from({ length: 20 }, () => one)));
  await waitUntil('16 requests at Stripe', () => waiting.length >= 16 || undefined);
  for (let count = 0; count < 20; count += 1) {
    socket.write(one);
    await wait(10);
  }
  unsubscribe('http.server.request.start', note);
  socket.destroy();

  expect(read).toBe(20);
});

test.each([
  ['', ''],
  // Node answers these itself where it is let.
  [' with an unknown expectation', 'expect: a\r\n'],
])(
  'a connection with thousands of pipelined requests%s is closed, and others are served',
  async (_, header) => {
    const { app, waiting, release, authorization } = await startSlowApp();
    const socket = open(app);
    const one = writePost('/graphql', JSON.stringify({ query }), { authorization, connection: 'keep-alive' });
    socket.write(one);
    await waitUntil('a request at Stripe', () => waiting[0]);
    socket.write(`GET /healthz HTTP/1.1\r\nhost: a\r\n${header}\r\n`.repeat(1_500));

    await new Promise((resolve) => socket.once('close', resolve));
    expect((await app.fetch('/healthz')).status).toBe(200);
    release();
  },
);

test('pipelined requests are answered however many were answered before', async () => {
  const { app } = await startSlowApp();
  const socket = open(app);
  const count = countAnswers(socket);
  for (let round = 1; round <= 20; round += 1) {
    socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(200));
    await waitUntil('all answers', () => count() === round * 200 || undefined);
  }
  socket.destroy();
});

test('while 3,000 pipelined requests wait, others are served, and no further one waits', async () => {
  const { app, waiting, release, authorization } = await startSlowApp();
  const one = writePost('/graphql', JSON.stringify({ query }), { authorization, connection: 'keep-alive' });
  // Of each connection, 16 are at work.
  for (const [index, behind] of [699, 699, 699, 699, 279].entries()) {
    const socket = open(app);
    socket.write(one);
    await waitUntil('a request at Stripe', () => waiting[index]);
    socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(behind));
  }
  await wait(500);

  const headers = { 'content-type': 'application/json', authorization };
  const other = { method: 'POST', body: '{"query":"{ __typename }"}', headers };
  expect((await app.fetch('/graphql', other)).status).toBe(200);
  const late = open(app);
  late.write(one);
  await waitUntil('a request at Stripe', () => waiting[5]);
  late.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(16));
  await new Promise((resolve) => late.once('close', resolve));
  release();
});

test('above 1,000 requests at work a request is answered 503, except for single probes, until there are fewer', async () => {
  const { app, authorization } = await startSlowApp();
  const head = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nauthorization: ${authorization}\r\n`;
  // Their bodies are awaited.
  const sockets = Array.from({ length: 1_001 }, () => open(app));
  for (const socket of sockets) socket.write(`${head}content-length: 2\r\n\r\n`);
  const sendUntil = async (status: number): Promise<Response> => {
    const headers = { 'content-type': 'application/json', authorization };
    const answer = await app.fetch('/graphql', {
      method: 'POST',
      body: '{"query":"{ __typename }"}',
      headers,
    });
    return answer.status === status ? answer : sendUntil(status);
  };

  const refused = await sendUntil(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.text()).toContain('"OVERLOADED"');
  expect((await app.fetch('/healthz')).status).toBe(200);
  const probing = open(app);
  probing.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(2));
  await new Promise((resolve) => probing.once('close', resolve));
  for (const socket of sockets) socket.destroy();
  expect((await sendUntil(200)).status).toBe(200);
});

test('bodies that are announced count before they arrive', async () => {
  const { app, authorization } = await startSlowApp();
  const head =
    'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 65000\r\n' +
    `authorization: ${authorization}\r\n\r\n{`;
  const sockets = Array.from({ length: 80 }, () => open(app));
  for (const socket of sockets.slice(0, 70)) socket.write(head);
  await wait(500);
  for (const socket of sockets.slice(70)) socket.write(head);
  const statuses = await Promise.all(sockets.slice(70).map(readStatus));

  expect(statuses).toEqual(Array<number>(10).fill(503));
  for (const socket of sockets) socket.destroy();
});

test.each(['/nowhere', '/portal-links/unknown', '/api/billing-portal', '/webhooks/stripe'])(
  'bodies that strangers send slowly to %s keep no user out',
  async (path) => {
    const { app, authorization } = await startSlowApp();
    const writeHead = (to: string, headers: string): string =>
      `POST ${to} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n${headers}\r\n`;
    const sockets = Array.from({ length: 21 }, () => open(app));
    const signature = `stripe-signature: t=${Math.floor(Date.now() / 1000)},v1=0\r\n`;
    for (const socket of sockets.slice(1)) socket.write(`${writeHead(path, signature)}1\r\n{\r\n`);
    await wait(500);
    const [user] = sockets as [Socket];
    const body = '{"query":"{ __typename }"}';
    user.write(`${writeHead('/graphql', `authorization: ${authorization}\r\n`)}1a\r\n${body}\r\n0\r\n\r\n`);

    expect(await readStatus(user)).toBe(200);
    for (const socket of sockets) socket.destroy();
  },
);

async function readStatus(socket: Socket): Promise<number> {
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return Number(answer.toString().slice(9, 12));
}
