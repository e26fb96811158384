import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpBindings, getRequestListener } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import type { BillingPortal } from '../../src/server/create-billing-portal.ts';
import { closeAfterTests } from '../helpers/closing.ts';

/** The mounts of docs/embedding.md. Each starts a server of its own and returns where the service is. */
export const mounts: Readonly<Record<string, (billing: BillingPortal<Request>) => Promise<string>>> = {
  Express: (billing) => {
    const app = express();
    app.use('/billing', createListener(billing));
    return listen(app);
  },
  Fastify: async (billing) => {
    const listener = createListener(billing);
    const app = fastify();
    await app.register((scope, _options, registered) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _body, done) => done(null));
      scope.all('/billing/*', { exposeHeadRoute: false }, (request, reply) => {
        reply.hijack();
        listener(request.raw, reply.raw);
      });
      registered();
    });
    closeAfterTests(() => app.close());
    return `${await app.listen({ port: 0, host: '127.0.0.1' })}/billing`;
  },
  Hono: (billing) => {
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.all('/billing/*', (c) => billing.fetch(c.req.raw, { address: getConnInfo(c).remote.address }));
    return listen(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  },
};

function createListener(billing: BillingPortal<Request>): RequestListener {
  return getRequestListener(
    (request, { incoming }) => billing.fetch(request, { address: incoming.socket.remoteAddress }),
    { overrideGlobalObjects: false },
  );
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/billing`;
}
