import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, test } from '@jest/globals';
import { type ReconcileKit, createReconcileKit } from './reconcile-kit.ts';

let kit: ReconcileKit;
beforeEach(async () => {
  kit = await createReconcileKit();
});

const edit = (change: (text: string) => string): void =>
  writeFileSync(kit.proposalsPath, change(readFileSync(kit.proposalsPath, 'utf8')));

test('links what a person accepted and nothing else', async () => {
  const [ada, bob] = [await kit.createCustomer('ada@x.io'), await kit.createCustomer('bob@x.io')];
  await kit.propose('ada,ada@x.io\nbob,bob@x.io\neve,eve@x.io');
  kit.accept((line) => line.startsWith('"ada"'));

  expect(await kit.apply()).toEqual({
    stdout: 'linked 1, unchanged 0, refused 0\n',
    stderr: '',
    exitCode: 0,
  });
  expect(await kit.findLinked('ada')).toBe(ada);
  expect(await kit.findLinked('bob')).toBeUndefined();

  kit.accept((line) => line.startsWith('"bob"'));
  const before = kit.countReads();
  expect(await kit.apply()).toMatchObject({ stdout: 'linked 1, unchanged 1, refused 0\n', exitCode: 0 });
  expect(await kit.findLinked('bob')).toBe(bob);
  // Who is linked already needs no look at Stripe.
  expect(kit.countReads() - before).toBe(1);
});

test('refuses by its line what is no longer so, or never was', async () => {
  const ids: Record<string, string> = {};
  for (const name of ['fine', 'moved', 'gone', 'named', 'taken', 'twice', 'other', 'unknown'])
    ids[name] = await kit.createCustomer(`${name}@x.io`);
  await kit.createCustomer('twice@x.io');
  const users = [...Object.keys(ids), 'nobody'].map((name) => `${name},${name}@x.io\n`).join('');
  await kit.propose(users);
  await kit.stripe.customers.update(ids['moved'] ?? '', { email: 'new@x.io' });
  await kit.stripe.customers.del(ids['gone'] ?? '');
  await kit.stripe.customers.update(ids['named'] ?? '', { metadata: { userId: 'somebody' } });
  await kit.link('owner', ids['taken'] ?? '');
  await kit.link('other', 'cus_other');
  kit.accept();
  edit((text) => text.replace('"unknown@x.io"', '"changed@x.io"'));

  expect(await kit.apply()).toEqual({
    stdout: 'linked 2, unchanged 0, refused 8\n',
    stderr: [
      `line 3: customer ${ids['moved']} does not have the address "moved@x.io"`,
      `line 4: Stripe does not have customer ${ids['gone']}, or no longer`,
      `line 5: customer ${ids['named']} names user "somebody" in its metadata`,
      `line 6: customer ${ids['taken']} is linked to another user`,
      'line 8: user "twice" is linked to another customer',
      'line 9: user "other" is linked to another customer',
      'line 10: user_id, email or stripe_customer_id is not as it was proposed',
      'line 11: a Stripe customer id looks like cus_NffrFeUfNV2Hib',
      '',
    ].join('\n'),
    exitCode: 1,
  });
  expect(await kit.findLinked('fine')).toBe(ids['fine']);
});

test('takes a file that a spreadsheet saved: other columns first, semicolons, no needless quotes', async () => {
  const id = await kit.createCustomer('ada@x.io');
  await kit.propose('ada,ada@x.io');
  const check = /"(c\w{12})",""$/.exec(kit.readProposals()[0] ?? '')?.[1];
  writeFileSync(
    kit.proposalsPath,
    `\uFEFFAccept;check;note;stripe_customer_id;EMAIL;user_id\r\nYES;${check};a, b;${id};ada@x.io;ada\r\n`,
  );

  expect(await kit.apply()).toMatchObject({ stdout: 'linked 1, unchanged 0, refused 0\n', exitCode: 0 });
});

test('refuses ids that a spreadsheet took for numbers', async () => {
  await kit.createCustomer('bond@x.io');
  await kit.propose('007,bond@x.io');
  kit.accept();
  edit((text) => text.replace('"007"', '7'));

  expect(await kit.apply()).toMatchObject({ stdout: 'linked 0, unchanged 0, refused 1\n', exitCode: 1 });
  expect(await kit.findLinked('7')).toBeUndefined();
});

test.each(['=ada', '-ada', '+ada', '@ada', "'ada", "''", ' ada ', 'a"b', 'a;b,c'])(
  'links the user whose id is %s as it was proposed',
  async (userId) => {
    const id = await kit.createCustomer('ada@x.io');
    await kit.propose(`"${userId.replaceAll('"', '""')}",ada@x.io`);
    kit.accept();

    expect(await kit.apply()).toMatchObject({ stdout: 'linked 1, unchanged 0, refused 0\n', stderr: '' });
    expect(await kit.findLinked(userId)).toBe(id);
  },
);

test.each([
  ['maybe', 1, 'line 2: accept is yes, no or empty\n'],
  ['no', 0, ''],
  [' Yes ', 0, ''],
])('understands %s', async (answer, refused, stderr) => {
  await kit.createCustomer('ada@x.io');
  await kit.propose('ada,ada@x.io');
  edit((text) => text.replace(/""\n$/, `"${answer}"\n`));

  expect(await kit.apply()).toMatchObject({
    stdout: expect.stringContaining(`refused ${refused}`),
    stderr,
    exitCode: refused,
  });
});

test('does not take another file for proposals', async () => {
  writeFileSync(kit.proposalsPath, 'user_id,stripe_customer_id\nada,cus_1\n');

  expect(await kit.apply()).toMatchObject({
    stderr: expect.stringContaining('The first line names no column email, check, accept'),
    exitCode: 1,
  });
});

/** As many users, each with a customer, and all accepted. */
async function acceptMany(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await kit.createCustomer(`user-${index}@x.io`);
  const users = Array.from({ length: count }, (_, index) => `user-${index},user-${index}@x.io\n`);
  await kit.propose(users.join(''));
  kit.accept();
}

test('stops where Stripe does not answer, and goes on from there when it is run again', async () => {
  await acceptMany(60);
  const broken = await kit.findByEmail('user-35@x.io');
  await kit.control('POST', 'faults', { path: `/v1/customers/${broken}`, status: '500', times: '9' });

  const first = await kit.apply({ showsProgress: true });
  expect(first).toMatchObject({ stdout: 'linked 30, unchanged 0, refused 0\n', exitCode: 1 });
  expect(first.stderr).toContain('Stopped after line 31: Stripe does not answer as it should');
  expect(first.stderr).toContain('linked 30, unchanged 0, refused 0');

  await kit.control('DELETE', 'faults');
  const before = kit.countReads();
  expect(await kit.apply()).toMatchObject({ stdout: 'linked 30, unchanged 30, refused 0\n', exitCode: 0 });
  expect(kit.countReads() - before).toBe(30);
}, 60_000);

test('asks fewer than 20 times a second, where there is a limit', async () => {
  await acceptMany(40);
  Object.assign(kit.env, { STRIPE_RATE_LIMIT: '90' });
  const begun = performance.now();
  expect(await kit.apply()).toMatchObject({ stdout: 'linked 40, unchanged 0, refused 0\n', exitCode: 0 });

  expect(performance.now() - begun).toBeGreaterThan((40 - 4) * (1000 / 16));
}, 60_000);
