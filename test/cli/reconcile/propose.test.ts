import { existsSync, readFileSync, statSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { beforeEach, expect, test } from '@jest/globals';
import { type ReconcileKit, createReconcileKit } from './reconcile-kit.ts';

let kit: ReconcileKit;
beforeEach(async () => {
  kit = await createReconcileKit();
});

/** What each proposal says of whom: `user customer status`. */
function readShort(): string[] {
  const rows = parse<Record<string, string>>(readFileSync(kit.proposalsPath, 'utf8'), { columns: true });
  return rows.map((row) => `${row['user_id']} ${row['stripe_customer_id']} ${row['status']}`);
}

test('proposes the one customer with the address of a user, whatever its case', async () => {
  const id = await kit.createCustomer('Ada@Example.com');
  const result = await kit.propose('user_id,email\nada,ada@example.COM\nbob,bob@example.com\n');

  expect(result).toMatchObject({
    stdout: expect.stringMatching(/^match: 1\nno_customer: 1\nWrite yes into the last column /),
    stderr: '',
    exitCode: 0,
  });
  const today = new Date().toISOString().slice(0, 10);
  expect(readFileSync(kit.proposalsPath, 'utf8').replaceAll(/"c\w{12}"/g, '"c"')).toBe(
    [
      'user_id,email,stripe_customer_id,customer_name,customer_created,status,check,accept',
      `"ada","ada@example.COM","${id}","Ada Lovelace","${today}","match","c",""`,
      '"bob","bob@example.com","","","","no_customer","c",""',
      '',
    ].join('\n'),
  );
  expect(statSync(kit.proposalsPath).mode & 0o777).toBe(0o600);
  expect(await kit.findLinked('ada')).toBeUndefined();
});

test('shows what stands in the way, a line for each customer', async () => {
  const [one, other] = [await kit.createCustomer('two@x.io'), await kit.createCustomer('TWO@x.io')];
  const shared = await kit.createCustomer('shared@x.io');
  const taken = await kit.createCustomer('taken@x.io');
  const named = await kit.createCustomer('named@x.io', 'somebody');
  const own = await kit.createCustomer('own@x.io', 'own');
  const done = await kit.createCustomer('done@x.io');
  await kit.link('owner', taken);
  await kit.link('done', done);
  await kit.link('elsewhere', 'cus_elsewhere');
  const deleted = await kit.createCustomer('deleted@x.io');
  await kit.stripe.customers.del(deleted);
  const users = ['two', 'taken', 'named', 'own', 'done', 'deleted'].map((name) => `${name},${name}@x.io`);

  await kit.propose([...users, 'first,shared@x.io', 'second,Shared@x.io', 'elsewhere,two@x.io'].join('\n'));

  expect(readShort()).toEqual([
    `two ${other} conflict: several users`,
    `two ${one} conflict: several users`,
    `taken ${taken} conflict: linked to another user`,
    `named ${named} conflict: metadata names another user`,
    `own ${own} match`,
    `done ${done} already_linked`,
    'deleted  no_customer',
    `first ${shared} conflict: several users`,
    `second ${shared} conflict: several users`,
    'elsewhere cus_elsewhere already_linked',
  ]);
});

test('shows several customers with one address', async () => {
  const [one, other] = [await kit.createCustomer('two@x.io'), await kit.createCustomer('TWO@x.io')];
  await kit.propose('two,two@x.io');

  expect(readShort()).toEqual([
    `two ${other} conflict: several customers`,
    `two ${one} conflict: several customers`,
  ]);
});

test('reads every customer, by pages of 100', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 230; index += 1) ids.push(await kit.createCustomer(`user-${index}@x.io`));
  const { stdout } = await kit.propose(
    ids.map((_id, index) => `user-${index},user-${index}@x.io\n`).join(''),
  );

  expect(stdout).toContain('match: 230\n');
  const lists = kit.emulator.requests.filter(
    ({ method, path }) => method === 'GET' && path === '/v1/customers',
  );
  expect(lists.map(({ params }) => params['limit'])).toEqual(['100', '100', '100']);
});

test('asks for fewer than 10 pages a second, where there is a limit', async () => {
  for (let index = 0; index < 1_000; index += 1) await kit.createCustomer(`user-${index}@x.io`);
  Object.assign(kit.env, { STRIPE_RATE_LIMIT: '90' });
  const begun = performance.now();
  await kit.propose('ada,ada@x.io');

  // The first two may come at once, the other eight have their turns.
  expect(performance.now() - begun).toBeGreaterThan(1_000);
}, 60_000);

test('reports users that cannot be read by their line, and goes on with the others', async () => {
  const result = await kit.propose(
    'ada,ada@x.io\nbob,nobody\n,c@x.io\nada,other@x.io\n"d,d@x.io\ne\nf,f@x.io',
  );

  expect(result).toMatchObject({ stdout: expect.stringContaining('no_customer: 2\n'), exitCode: 1 });
  expect(result.stderr).toBe(
    [
      'line 2: an e-mail address looks like ada@example.com',
      'line 3: a user id cannot be empty',
      'line 4: user "ada" is named before',
      'line 5: its quotes do not match',
      'line 6: expected 2 fields, user_id,email, and found 1',
      '',
    ].join('\n'),
  );
});

test('writes no cell that a spreadsheet would run, and no line break', async () => {
  const names = ['=1+1', '+1', '-1', '@SUM(A1)', "'quoted", 'a"b', 'two\nlines', '\t=1'];
  for (const [index, name] of names.entries())
    await kit.stripe.customers.create({ email: `${index}@x.io`, name });
  await kit.propose(names.map((_name, index) => `=user-${index},${index}@x.io\n`).join(''));

  const rows = parse(readFileSync(kit.proposalsPath, 'utf8'), { from: 2 });
  expect(rows.map(([userId]) => userId)).toEqual(names.map((_name, index) => `'=user-${index}`));
  expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  expect(rows.map((row) => row[3])).toEqual([
    "'=1+1",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    "''quoted",
    'a"b',
    'two\\u{a}lines',
    '\\u{9}=1',
  ]);
});

test('does not write over a file in which somebody may have decided', async () => {
  await kit.propose('ada,ada@x.io');
  const before = readFileSync(kit.proposalsPath, 'utf8');
  const requestsBefore = kit.emulator.requests.length;

  expect(await kit.propose('bob,bob@x.io')).toMatchObject({
    stderr: expect.stringContaining('cannot be written (EEXIST): name a new file'),
    exitCode: 1,
  });
  expect(readFileSync(kit.proposalsPath, 'utf8')).toBe(before);
  // Nobody has waited minutes for that.
  expect(kit.emulator.requests).toHaveLength(requestsBefore);
});

test('leaves no file behind when Stripe fails, so that it can be run again', async () => {
  await kit.createCustomer('ada@x.io');
  await kit.control('POST', 'faults', { path: '/v1/customers', method: 'GET', status: '400' });

  expect(await kit.propose('ada,ada@x.io')).toMatchObject({ stdout: '', exitCode: 1 });
  expect(existsSync(kit.proposalsPath)).toBe(false);
  expect((await kit.propose('ada,ada@x.io')).exitCode).toBe(0);
});

test('needs a key', async () => {
  Object.assign(kit.env, { STRIPE_SECRET_KEY: '', STRIPE_API_URL: '', STRIPE_SCOPE: 'test' });

  expect(await kit.propose('ada,ada@x.io')).toMatchObject({
    stderr: expect.stringContaining('STRIPE_SECRET_KEY is required'),
    exitCode: 1,
  });
});
