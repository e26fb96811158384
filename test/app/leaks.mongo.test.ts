import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { createApp } from '../../src/app.ts';
import { describeError } from '../../src/logging/logger.ts';
import { describeStartFailure } from '../../src/process/start-failure.ts';
import { runErrorCase } from '../errors/error-case.ts';
import { expectNoSecrets, planted } from '../errors/planted.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { createTestApp, returnUrl } from '../helpers/test-app.ts';

test('the password of a database that cannot be reached is in no message at the start', async () => {
  const { config } = (await runErrorCase({})).app;
  const address = `127.0.0.1:${await findFreePort()}`;
  const databaseUrl = `mongodb://PlantedUser:PlantedPassword@${address}/planted`;

  const error: unknown = await createApp({ ...config, databaseUrl }).catch((reason: unknown) => reason);

  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expectNoSecrets(describeStartFailure(error), address);
  expectNoSecrets(inspect(describeError(error), { depth: null }), address);
});

const mongo = await startMongoServer();
closeAfterTests(() => mongo?.stop());

describeWithPart('a MongoDB server that goes away', mongo, howToGetMongo, (server) => {
  test('leaves no trace of where it was', async () => {
    const url = new URL(server.createDatabaseUrl());
    const proxy = await startTcpProxy(Number(url.port));
    closeAfterTests(() => proxy.stop());
    url.port = String(proxy.port);
    const app = await createTestApp({ DATABASE_URL: url.href });
    const token = await app.createToken({ userId: planted.userId, email: planted.email });
    proxy.setMode('refuse');

    const response = await app.fetch(`/billing-portal?returnUrl=${returnUrl}`, { token });

    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expectNoSecrets(text, url.host);
    expectNoSecrets(app.logs.join(''), url.host);
  });
});
