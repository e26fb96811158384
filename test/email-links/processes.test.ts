import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { bundleProgram } from '../helpers/bundled-program.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type LinkKit, createLinkKit, toPath } from './email-link-kit.ts';

const program = bundleProgram(join(import.meta.dirname, '../policies/service-process.ts'));
const sessionsPath = '/v1/billing_portal/sessions';

interface Service {
  readonly url: string;
  readonly child: ChildProcess;
}

/** A process of the real service, on the store and the Stripe of the kit. */
async function startService({ env }: LinkKit): Promise<Service> {
  const variables = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    PORT: '0',
    STRIPE_SECRET_KEY: 'sk_test_processes',
    JWT_SECRET: 'a secret for the integration tests only',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
    RATE_LIMIT: 'off',
    ...env,
  };
  const child = fork(program, { env: { ...process.env, ...variables } });
  closeAfterTests(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.send('stop');
    await exit;
  });
  const end = once(child, 'exit').then(([code]) => {
    throw new Error(`The service ended with ${code} before it listened`);
  });
  const [url] = (await Promise.race([once(child, 'message'), end])) as [string];
  return { url, child };
}

const post = ({ url }: Service, link: { url: string }): Promise<Response> =>
  fetch(url + toPath(link), { method: 'POST', redirect: 'manual' });

function describeRaces(createUrl: () => string): void {
  test('a link that is clicked 100 times at once opens one session', async () => {
    const kit = await createLinkKit({ DATABASE_URL: createUrl() });
    const services = await Promise.all([startService(kit), startService(kit)]);
    for (let round = 0; round < 2; round += 1) {
      const user = await kit.createUser();
      const link = await kit.create(user);
      const statuses = await Promise.all(
        Array.from({ length: 50 }).flatMap(() =>
          services.map(async (service) => (await post(service, link)).status),
        ),
      );
      expect(statuses.toSorted()).toEqual([303, ...Array.from({ length: 99 }, () => 410)]);
      expect(kit.countSessions(user)).toBe(1);
      expect((await kit.list(user.userId))[0]?.usedAt).not.toBeNull();
    }
  }, 90_000);

  test('a link is not lost with a process that dies between Stripe’s answer and the store’s write', async () => {
    const kit = await createLinkKit({ DATABASE_URL: createUrl() });
    const [dying, surviving] = await Promise.all([startService(kit), startService(kit)]);
    const user = await kit.createUser();
    const link = await kit.create(user);
    await kit.control('POST', 'faults', { path: sessionsPath, method: 'POST', delay_ms: '3000' });
    const lost = post(dying, link).catch(() => 'lost');
    while (kit.countSessions(user) === 0) await sleep(5);
    dying.child.kill('SIGKILL');
    expect(await lost).toBe('lost');

    const { records } = kit.database;
    const key = `portal-link:${link.id}`;
    const lease = await records.find('lease', key);
    if (lease === null) throw new Error('The dead process has left no lease');
    // A minute passes.
    await records.remove('lease', lease);
    await records.insert('lease', { ...lease, expiresAt: new Date(Date.now() - 1) });
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await post(surviving, link)).status),
    );
    expect(statuses.toSorted()).toEqual([303, ...Array.from({ length: 9 }, () => 410)]);
  }, 60_000);
}

const folder = createTemporaryFolder();
const server = await startMongoServer();
closeAfterTests(() => server?.stop());

let files = 0;
describeWithPart('links of two processes on SQLite', folder, '', () => {
  describeRaces(() => `sqlite:${join(folder, `${(files += 1)}.db`)}`);
});

describeWithPart(
  `links of two processes on ${server?.description ?? 'MongoDB'}`,
  server,
  howToGetMongo,
  (running) => {
    describeRaces(running.createDatabaseUrl);
  },
);
