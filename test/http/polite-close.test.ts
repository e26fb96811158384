import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { type FastifyInstance, fastify } from 'fastify';
import { addHealthRoutes } from '../../src/http/monitoring.ts';
import { OpenRequests } from '../../src/http/open-requests.ts';
import { closePolitely } from '../../src/http/polite-close.ts';
import { createLogger } from '../../src/logging/logger.ts';

/** A server whose one slow answer comes when the test lets it. */
async function startServer(lingerMs: number) {
  const server = fastify({ return503OnClosing: false }) as unknown as FastifyInstance;
  let finish = (): void => undefined;
  let asked = (): void => undefined;
  const wasAsked = new Promise<void>((resolve) => (asked = resolve));
  const open = new OpenRequests();
  open.track(server);
  const closing = closePolitely(server, open, lingerMs);
  addHealthRoutes(server, { ping: () => Promise.resolve() }, closing, createLogger('silent'));
  server.get('/slow', async () => {
    asked();
    await new Promise<void>((resolve) => (finish = resolve));
    return { done: true };
  });
  server.get('/soon', () => new Promise((resolve) => setTimeout(resolve, 100, { done: true })));
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return { server, url, wasAsked, finish: () => finish() };
}

/** One request on a connection that is kept where the server keeps it. */
async function ask(url: string, agent: Agent) {
  const [response] = (await once(get(url, { agent }), 'response')) as [NodeJS.ReadableStream & Answer];
  return { status: response.statusCode, connection: response.headers.connection, body: await text(response) };
}

interface Answer {
  readonly statusCode: number;
  readonly headers: { readonly connection?: string };
}

async function openSilent(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

test('what is under way is answered, and its connection ends with it', async () => {
  const { server, url, wasAsked, finish } = await startServer(0);
  const answer = ask(`${url}/slow`, new Agent({ keepAlive: true }));
  await wasAsked;

  const closed = server.close();
  setTimeout(finish, 50);

  expect(await answer).toEqual({ status: 200, connection: 'close', body: '{"done":true}' });
  await closed;
});

test('for a while everybody is answered still, told to connect anew, and sees that it is not ready', async () => {
  const { server, url } = await startServer(300);
  const agent = new Agent({ keepAlive: true });
  expect(await ask(`${url}/healthz`, agent)).toMatchObject({ status: 200, connection: 'keep-alive' });

  const closed = server.close();

  expect(await ask(`${url}/healthz`, agent)).toMatchObject({ status: 200, connection: 'close' });
  expect(await ask(`${url}/readyz`, agent)).toMatchObject({ status: 503, connection: 'close' });
  await closed;
  await expect(ask(`${url}/healthz`, agent)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a connection on which nothing comes is not waited for', async () => {
  const { server, url } = await startServer(0);
  const silent = await openSilent(url);
  const halfway = await openSilent(url);
  halfway.write('GET /healthz HTTP/1.1\r\n');
  for (const socket of [silent, halfway]) socket.on('error', () => socket.destroy());

  await server.close();

  for (const socket of [silent, halfway]) socket.destroy();
}, 8_000);

const pipelined = 'GET /soon HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(3);

test('what waits behind another request on its connection is answered as well', async () => {
  const { server, url } = await startServer(0);
  const socket = await openSilent(url);
  const answers = text(socket);
  socket.write(pipelined);
  await once(server.server, 'request');

  await server.close();

  expect((await answers).match(/HTTP\/1\.1 200/g)).toHaveLength(3);
});

test('what waited behind another request, of somebody who hung up, is not waited for', async () => {
  const { server, url } = await startServer(0);
  const [gone, silent] = [await openSilent(url), await openSilent(url)];
  gone.write(pipelined);
  await once(server.server, 'request');
  gone.destroy();

  await server.close();

  silent.destroy();
}, 5_000);
