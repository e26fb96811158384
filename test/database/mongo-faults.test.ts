import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { openDatabase } from '../../src/database/open-database.ts';
import { CustomerAlreadyLinkedError } from '../../src/customers/customer.errors.ts';
import type { Database } from '../../src/database/database.ts';
import { Leases } from '../../src/records/leases.ts';
import { howToGetMongo, startFerretdb, startMongoServer } from '../helpers/mongo-server.ts';
import { trackPromise } from '../helpers/promises.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { howToGetSmallDisk, mountSmallDisk } from '../helpers/small-disk.ts';
import { startTcpProxy, type ProxyMode, type TcpProxy } from '../helpers/tcp-proxy.ts';
import { createLinks, expectCode } from './directory-assertions.ts';

const maxOperationMs = 3_000;
const maxRecoveryMs = 5_000;

const operations: Record<string, (database: Database) => Promise<unknown>> = {
  findByUserId: ({ customers }) => customers.findByUserId('ada'),
  findByStripeCustomerId: ({ customers }) => customers.findByStripeCustomerId('cus_1'),
  link: ({ customers }) => customers.link({ userId: 'new', stripeCustomerId: 'cus_new' }),
  linkMany: ({ customers }) => customers.linkMany(createLinks(3)),
  update: ({ customers }) => customers.update('ada', { attributes: { a: 'b' } }),
  unlink: ({ customers }) => customers.unlink('ada'),
  list: ({ customers }) => customers.list({ first: 10 }),
  lease: ({ records }) => new Leases(records).runExclusive('key', () => Promise.resolve()),
};

const refused = trackPromise('database', 'each operation of the store: STORE_UNAVAILABLE within 3 s');
const healed = trackPromise('database', 'the store: well again within 5 s');

/** Expects STORE_UNAVAILABLE in time, with nothing in the error about where the store is. */
async function expectUnavailable(promise: Promise<unknown>, secrets: readonly string[]): Promise<void> {
  const start = performance.now();
  const error = await refused.try(async () => {
    const unavailable = await expectCode(promise, 'STORE_UNAVAILABLE');
    const ms = performance.now() - start;
    refused.measure(ms);
    expect(ms).toBeLessThan(maxOperationMs);
    return unavailable;
  });
  const told = [
    error.message,
    JSON.stringify(error),
    error.stack,
    String(error.cause),
    (error.cause as Error).stack,
  ];
  for (const secret of secrets) expect(told.join('\n')).not.toContain(secret);
}

describe('a MongoDB that cannot be reached', () => {
  test.each<ProxyMode>(['hang', 'refuse'])('is told within 3 seconds when connections %s', async (mode) => {
    const proxy = await startTcpProxy(1, mode);
    const url = `mongodb://planted-user:planted-password@127.0.0.1:${proxy.port}/planted-name`;
    try {
      await expectUnavailable(openDatabase({ url, scope: 'test' }), [
        'planted',
        '127.0.0.1',
        String(proxy.port),
      ]);
    } finally {
      await proxy.stop();
    }
  });

  test('is told when its name is not known', async () => {
    for (const scheme of ['mongodb', 'mongodb+srv']) {
      const url = `${scheme}://planted-user:planted-password@planted-host.invalid/`;
      await expectUnavailable(openDatabase({ url, scope: 'test' }), ['planted']);
    }
  });

  test.each([
    'mongodb://',
    'mongodb://planted-user:planted@password@host/',
    'mongodb://planted-user:planted-password@127.0.0.1:1/?planted=1',
    'planted://planted-user:planted-password@127.0.0.1:1/',
    'mongodb://planted-user:planted-password@127.0.0.1:1/?replicaSet=',
    'mongodb://planted-user:planted-password@127.0.0.1:1/?tls=true&tlsInsecure=true&tlsAllowInvalidHostnames=true',
    'mongodb://planted-user:planted-password@127.0.0.1:1/?tls=true&tlsCAFile=/planted.pem',
    'mongodb://planted-user:planted-password@127.0.0.1:1/?minPoolSize=2&maxPoolSize=1',
    'mongodb://127.0.0.1:1/planted?authMechanism=GSSAPI',
  ])('is a fault of the setup when the URL is %s', async (url) => {
    const error = (await openDatabase({ url, scope: 'test' }).catch((reason: unknown) => reason)) as Error;
    expect(error.name).toBe('DatabaseSetupError');
    expect(error.message).toContain('DATABASE_URL');
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain('planted');
  });
});

const server = await startMongoServer();
afterAll(() => server?.stop());

describeWithPart('a MongoDB that fails on the way', server, howToGetMongo, ({ createDatabaseUrl }) => {
  let proxy: TcpProxy;
  let database: Database;

  beforeEach(async () => {
    const url = new URL(createDatabaseUrl());
    proxy = await startTcpProxy(Number(url.port || 27017));
    url.host = `127.0.0.1:${proxy.port}`;
    database = await openDatabase({ url: url.href, scope: 'test' });
    await database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
  });

  afterEach(async () => {
    await database.close();
    await proxy.stop();
  });

  async function expectRecovery(): Promise<void> {
    const start = performance.now();
    await healed.try(async () => {
      let found: unknown = null;
      while (found === null) {
        found = await database.customers.findByUserId('ada').catch(() => null);
        expect(performance.now() - start).toBeLessThan(maxRecoveryMs);
      }
    });
    healed.measure(performance.now() - start);
  }

  test.each<ProxyMode>(['hang', 'refuse'])(
    'answers STORE_UNAVAILABLE within 3 seconds and recovers within 5 when connections %s',
    async (mode) => {
      // Several connections, so that dead ones are left in the pool.
      await Promise.all(Array.from({ length: 8 }, () => database.ping()));
      proxy.setMode(mode);
      const secrets = ['127.0.0.1', String(proxy.port)];
      await Promise.all([
        expectUnavailable(database.ping(), secrets),
        ...Object.values(operations).map((operate) => expectUnavailable(operate(database), secrets)),
      ]);
      for (const operate of Object.values(operations).slice(0, 2)) {
        await expectUnavailable(operate(database), secrets);
      }
      proxy.setMode('pass');
      await expectRecovery();
      expect((await database.customers.link({ userId: 'bob', stripeCustomerId: 'cus_2' })).created).toBe(
        true,
      );
    },
  );

  test('recovers within 5 seconds from a hang without an error', async () => {
    await Promise.all(Array.from({ length: 8 }, () => database.ping()));
    proxy.setMode('hang');
    proxy.setMode('pass');
    await expectRecovery();
  });

  test('closes in time while the server hangs', async () => {
    proxy.setMode('hang');
    const pending = expectUnavailable(database.ping(), []);
    const start = performance.now();
    await database.close();
    await pending;
    expect(performance.now() - start).toBeLessThan(maxOperationMs);
  });
});

const disk = mountSmallDisk(3_072);
const ferretdb = disk && (await startFerretdb(disk.folder));
afterAll(() => ferretdb?.stop());
const full = disk && ferretdb && { disk, ferretdb };

describeWithPart('a FerretDB on a full disk', full, howToGetSmallDisk, ({ disk, ferretdb }) => {
  test('is STORE_UNAVAILABLE for a write and for the start, still reads, and recovers', async () => {
    const database = await openDatabase({ url: ferretdb.createDatabaseUrl(), scope: 'test' });
    const { mapping } = await database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });

    disk.fill();
    for (const operate of [
      operations['link'],
      operations['update'],
      operations['unlink'],
      operations['lease'],
    ])
      if (operate) await expectUnavailable(operate(database), ['127.0.0.1']);
    await expectUnavailable(database.ping(), ['127.0.0.1']);
    await expectUnavailable(openDatabase({ url: ferretdb.createDatabaseUrl(), scope: 'test' }), []);
    expect(await database.customers.findByUserId('ada')).toEqual(mapping);
    disk.empty();

    await database.ping();
    await database.close();
  });
});

describeWithPart(
  'a MongoDB that is emptied while it is open',
  server,
  howToGetMongo,
  ({ createDatabaseUrl }) => {
    test.each<[string, (database: Database) => Promise<unknown>]>([
      ['one', ({ customers }) => customers.link({ userId: 'bob', stripeCustomerId: 'cus_1' })],
      ['many', ({ customers }) => customers.linkMany([{ userId: 'bob', stripeCustomerId: 'cus_1' }])],
    ])('keeps a customer to one user: linked with %s', async (_title, link) => {
      const url = createDatabaseUrl();
      const database = await openDatabase({ url, scope: 'test' });
      const client = await mongoose.createConnection(url).asPromise();
      await client.dropDatabase();
      await client.close();

      await link(database);

      const another = database.customers.link({ userId: 'ada', stripeCustomerId: 'cus_1' });
      await expect(another).rejects.toBeInstanceOf(CustomerAlreadyLinkedError);
      expect(await database.customers.linkMany([{ userId: 'eve', stripeCustomerId: 'cus_1' }])).toEqual([
        'customer_taken',
      ]);
      await database.close();
    });
  },
);

describeWithPart('opening a MongoDB database', server, howToGetMongo, ({ createDatabaseUrl }) => {
  test('says what to fix when two mappings share a customer', async () => {
    const url = createDatabaseUrl();
    const client = await mongoose.createConnection(url).asPromise();
    await client
      .collection<{ _id: string; scope: string; stripeCustomerId: string }>('customers')
      .insertMany([
        { _id: 'test:ada', scope: 'test', stripeCustomerId: 'cus_1' },
        { _id: 'test:bob', scope: 'test', stripeCustomerId: 'cus_1' },
      ]);
    await client.close();

    const opening = openDatabase({ url, scope: 'test' });
    await expect(opening).rejects.toThrow(/Cannot create the indexes of the collection "customers".*share/);
    await expect(opening).rejects.toMatchObject({ name: 'DatabaseSetupError' });
  });

  test('says that the replica set of the URL has no primary', async () => {
    const url = createDatabaseUrl();
    const option = `${url.includes('?') ? '&' : '?'}replicaSet=planted`;

    const { cause } = await expectCode(
      openDatabase({ url: url + option, scope: 'test' }),
      'STORE_UNAVAILABLE',
    );

    expect((cause as Error).message).toBe('MongooseServerSelectionError (ReplicaSetNoPrimary)');
  });

  test('says what to fix when another index has the name of ours', async () => {
    const url = createDatabaseUrl();
    const client = await mongoose.createConnection(url).asPromise();
    await client.collection('audit').createIndex({ at: 1 }, { name: 'scope_1_userId_1__id_-1' }, {});
    await client.close();

    await expect(openDatabase({ url, scope: 'test' })).rejects.toThrow(
      /Cannot create the indexes of the collection "audit" .*\. Drop the index that has the same name or fields/,
    );
  });

  test('indexes what administrators and erasures search the audit trail by', async () => {
    const url = createDatabaseUrl();
    const database = await openDatabase({ url, scope: 'test' });
    const client = await mongoose.createConnection(url).asPromise();
    const indexes = await client.collection('audit').indexes();
    await client.close();
    await database.close();

    const fields = indexes.map(({ key }) => Object.keys(key as object).join());
    expect(fields).toEqual(
      expect.arrayContaining(['scope,userId,_id', 'scope,action,_id', 'scope,actor', 'scope,target']),
    );
  });

  test('leaves the global connection of mongoose alone', async () => {
    const database = await openDatabase({ url: createDatabaseUrl(), scope: 'test' });
    expect(mongoose.connection.readyState).toBe(mongoose.ConnectionStates.disconnected);
    expect(mongoose.modelNames()).toEqual([]);
    await database.close();
  });
});
