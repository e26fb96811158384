import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, jest, test } from '@jest/globals';
import { runSteps } from '../../src/cli/steps.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type CliResult, Collector, runCli } from './run-cli.ts';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { type LinkRow, findDoubt, readLinkRows } from '../../src/cli/link/read-link-rows.ts';
import { userIdSchema } from '../../src/customers/customer-directory.ts';

const folder = createTemporaryFolder();
let count = 0;
let database: string;
let file: string;
beforeEach(() => {
  count += 1;
  database = join(folder, `${count}.db`);
  file = join(folder, `${count}.csv`);
});

function run(args: readonly string[]): Promise<CliResult> {
  return runCli(args, { env: { DATABASE_URL: `sqlite:${database}`, STRIPE_SCOPE: 'test' } });
}

function importText(text: string, ...options: string[]): Promise<CliResult> {
  writeFileSync(file, text);
  return run(['link', '--from', file, ...options]);
}

async function listUserIds(): Promise<string[]> {
  const { stdout } = await run(['links', '--json']);
  return stdout
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { userId: string }).userId]));
}

test('links every line, and passes over what is linked when it is run again', async () => {
  const text = 'user_id,stripe_customer_id\nada,cus_1\nbob,cus_2\n';
  expect(await importText(text)).toEqual({
    stdout: 'linked 2, unchanged 0, refused 0\n',
    stderr: '',
    exitCode: 0,
  });
  expect(await importText(`${text}eve,cus_3\n`)).toEqual({
    stdout: 'linked 1, unchanged 2, refused 0\n',
    stderr: '',
    exitCode: 0,
  });
  expect(await listUserIds()).toEqual(['ada', 'bob', 'eve']);
});

const mixed = [
  'ada,cus_1',
  'bob,cus_9',
  'eve,cus_1',
  'ada,cus_5',
  'ada,cus_1',
  'joe,bad',
  '"kim,cus_7',
  'lea,cus_6',
];
const mixedRefusals = [
  'LINE    REASON',
  '2       user "bob" is linked to another customer',
  '3       customer cus_1 is linked to another user',
  '4       user "ada" is linked to another customer',
  '6       a Stripe customer id looks like cus_NffrFeUfNV2Hib',
  '7       its quotes do not match',
  '',
].join('\n');

test('reports every bad line by its number, in order, and links all others', async () => {
  await run(['link', 'bob', 'cus_2', '--no-verify']);
  expect(await importText(mixed.join('\n'))).toEqual({
    stdout: 'linked 2, unchanged 1, refused 5\n',
    stderr: mixedRefusals,
    exitCode: 1,
  });
  expect(await listUserIds()).toEqual(['ada', 'bob', 'lea']);
});

test('writes bad lines to the file of --errors, replacing its content', async () => {
  await run(['link', 'bob', 'cus_2', '--no-verify']);
  const errors = join(folder, 'refused.txt');
  writeFileSync(errors, 'of an earlier run\n'.repeat(100));
  expect(await importText(mixed.join('\n'), '--errors', errors)).toMatchObject({ stderr: '', exitCode: 1 });
  expect(readFileSync(errors, 'utf8')).toBe(mixedRefusals);
});

test.each([[true], [false]])(
  'prints bad lines and totals as JSON with --json; to a file: %s',
  async (toFile) => {
    await run(['link', 'bob', 'cus_2', '--no-verify']);
    const errors = join(folder, 'refused.jsonl');
    const options = toFile ? ['--errors', errors] : [];
    const { stdout, stderr, exitCode } = await importText(mixed.join('\n'), '--json', ...options);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ linked: 2, unchanged: 1, refused: 5 });
    const lines = (toFile ? readFileSync(errors, 'utf8') : stderr).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      line: 2,
      reason: 'user "bob" is linked to another customer',
    });
  },
);

test('shows the headings of bad lines once, also when they are many batches apart', async () => {
  const good = Array.from({ length: 1_200 }, (_, index) => `user_${index},cus_${index}\n`).join('');
  const { stderr } = await importText(`joe,bad\n${good}kim,bad\n`);
  expect(stderr).toMatch(/^LINE {4}REASON\n1 {7}a Stripe.*\n1202 {4}a Stripe.*\n$/);
});

test('refuses --json without --from', async () => {
  const { stdout, stderr, exitCode } = await run(['link', 'ada', 'cus_1', '--no-verify', '--json']);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  expect(stderr).toContain('give a user and a customer, or a file with --from');
});

test('does not take the file it reads for the file of --errors', async () => {
  const result = await importText('ada,cus_1\n', '--errors', join(folder, '.', `${count}.csv`));
  expect(result).toMatchObject({
    stdout: '',
    exitCode: 1,
    stderr: expect.stringContaining('give another file'),
  });
  expect(readFileSync(file, 'utf8')).toBe('ada,cus_1\n');
});

test.each([
  ['a file that is not there', 'none.csv', 'none.csv cannot be read (ENOENT).\n'],
  ['a folder', '.', ' is a folder: give a file.\n'],
])('fails on %s', async (_what, name, stderr) => {
  expect(await run(['link', '--from', join(folder, name)])).toEqual({
    stdout: '',
    stderr: expect.stringContaining(stderr),
    exitCode: 1,
  });
});

test('fails before it links anything where refused lines cannot be written', async () => {
  expect(await importText('ada,cus_1\n', '--errors', join(folder, 'none', 'refused.txt'))).toEqual({
    stdout: '',
    stderr: expect.stringContaining('refused.txt cannot be written (ENOENT).\n'),
    exitCode: 1,
  });
  expect(await listUserIds()).toEqual([]);
});

test('names the file of --errors when it can no longer be written', async () => {
  const { stdout, stderr } = await importText('ada,cus_1\neve,bad\n', '--errors', '/dev/full');

  expect(stdout).toBe('linked 1, unchanged 0, refused 1\n');
  expect(stderr).toMatch(/^Stopped after line 2: \/dev\/full cannot be written \(ENOSPC\)\.\n/);
});

test('keeps the report of an earlier run where the database cannot be opened', async () => {
  const errors = join(folder, 'kept.txt');
  writeFileSync(errors, 'of an earlier run\n');
  database = folder;

  expect((await importText('ada,bad\n', '--errors', errors)).exitCode).toBe(78);
  expect(readFileSync(errors, 'utf8')).toBe('of an earlier run\n');
});

test('shows a line every few seconds', async () => {
  jest.useFakeTimers();
  try {
    const [stdout, stderr] = [new Collector(), new Collector()];
    async function* steps(): AsyncGenerator<string> {
      yield 'linked 5';
      await jest.advanceTimersByTimeAsync(5_000);
      yield 'linked 10';
      yield 'linked 15';
    }
    await runSteps({ stdout, stderr }, { steps, summarize: () => 'linked 15', describeStop: String });
    expect(stderr.text).toBe('linked 10\n');
    expect(stdout.text).toBe('linked 15\n');
  } finally {
    jest.useRealTimers();
  }
});

function inPieces(text: string, size = text.length || 1): AsyncIterable<string> {
  const starts = Array.from({ length: Math.ceil(text.length / size) }, (_, index) => index * size);
  return Readable.from(starts.map((start) => text.slice(start, start + size)));
}

async function readAll(pieces: AsyncIterable<string>): Promise<LinkRow[]> {
  const rows: LinkRow[] = [];
  for await (const batch of readLinkRows(pieces)) rows.push(...batch);
  return rows;
}

/** Rows as `LINE USER CUSTOMER` or `LINE fault`. */
async function readShort(text: string): Promise<string[]> {
  const rows = await readAll(inPieces(text));
  return rows.map((row) =>
    'fault' in row
      ? `${row.line} ${row.fault}`
      : `${row.line} ${row.link.userId} ${row.link.stripeCustomerId}`,
  );
}

test.each([
  ['lines', 'a,cus_1\nb,cus_2\n', ['1 a cus_1', '2 b cus_2']],
  ['a last line without an end', 'a,cus_1\nb,cus_2', ['1 a cus_1', '2 b cus_2']],
  ['the ends of lines of Windows', 'a,cus_1\r\nb,cus_2\r\n', ['1 a cus_1', '2 b cus_2']],
  ['the ends of lines of old Macs', 'a,cus_1\rb,cus_2\r', ['1 a cus_1', '2 b cus_2']],
  ['headings', 'user_id,stripe_customer_id\na,cus_1', ['2 a cus_1']],
  ['headings in quotes and capitals', '"User_ID", "Stripe_Customer_ID"\na,cus_1', ['2 a cus_1']],
  ['headings below empty lines', '\n\nuser_id,stripe_customer_id\na,cus_1', ['4 a cus_1']],
  ['a byte order mark', '\uFEFFuser_id,stripe_customer_id\na,cus_1', ['2 a cus_1']],
  ['a byte order mark before a quote', '\uFEFF"a","cus_1"', ['1 a cus_1']],
  ['semicolons', 'user_id;stripe_customer_id\r\na;cus_1\r\n', ['2 a cus_1']],
  ['semicolons after a byte order mark', '\uFEFFuser_id;stripe_customer_id\na;cus_1', ['2 a cus_1']],
  ['semicolons without headings', 'a;cus_1\nb;cus_2', ['1 a cus_1', '2 b cus_2']],
  ['semicolons beside a quoted comma', '"a,b";cus_1', ['1 a,b cus_1']],
  ['commas in a file of semicolons', 'a;cus_1\nb,c;cus_2', ['1 a cus_1', '2 b,c cus_2']],
  ['a comma beside a semicolon in an id', 'a;b,cus_1', ['1 a;b cus_1']],
  ['ids in hexadecimal digits', '12e5,cus_1\n1e10ab,cus_2', ['1 12e5 cus_1', '2 1e10ab cus_2']],
  ['empty lines', '\na,cus_1\n\n  \nb,cus_2\n\n', ['2 a cus_1', '5 b cus_2']],
  ['quoted fields', '"a, ""the"" one",cus_1\n"b","cus_2"', ['1 a, "the" one cus_1', '2 b cus_2']],
  ['spaces around fields', ' a ,\tcus_1 \n "b" , cus_2', ['1 a cus_1', '2 b cus_2']],
  [
    'invisible characters around fields',
    '\u00a0a,cus_1\n\uFEFFb\u00a0,\u2003cus_2',
    ['1 a cus_1', '2 b cus_2'],
  ],
  ['nothing', '', []],
  ['headings alone', 'user_id,stripe_customer_id', []],
])('reads %s', async (_what, text, expected) => {
  expect(await readShort(text)).toEqual(expected);
});

test.each([
  ['a customer id of another kind', 'b,sub_1', 'a Stripe customer id looks like'],
  ['swapped fields', 'cus_1,b', 'a Stripe customer id looks like'],
  ['an empty user id', ',cus_2', 'a user id cannot be empty'],
  ['a user id that is too long', `${'x'.repeat(256)},cus_2`, 'at most 255 characters'],
  ['a control character', 'b\u0007,cus_2', 'cannot contain control characters'],
  [
    'an id that a spreadsheet rounded',
    '1.23E+17,cus_2',
    'a spreadsheet has rounded the user id "1.23E\\+17"',
  ],
  ['a rounded id without decimals', '1E+17,cus_2', 'a spreadsheet has rounded'],
  ['a rounded id with a decimal comma', '"1,23457E+17",cus_2', 'a spreadsheet has rounded'],
  ['a rounded id of another program', '1.2345678901234568e+17,cus_2', 'a spreadsheet has rounded'],
  ['a rounded id without a sign', '1.23E17,cus_2', 'a spreadsheet has rounded'],
  ['one field', 'b', 'expected 2 fields, user_id,stripe_customer_id; found 1'],
  ['semicolons', 'b;cus_2', 'expected 2 fields, user_id,stripe_customer_id; found 1'],
  ['tabs', 'b\tcus_2', 'found 1'],
  ['three fields', 'b,cus_2,', 'found 3'],
  ['an empty quoted field', '""', 'found 1'],
  ['the headings once more', 'user_id,stripe_customer_id', 'a Stripe customer id looks like'],
  ['a quote that is left open', '"b,cus_2', 'its quotes do not match'],
  ['a quote that is left open at the end', 'b,"cus_2', 'its quotes do not match'],
  ['a quote within a field', 'b"b,cus_2', 'its quotes do not match'],
  ['text after a quote', '"b"b,cus_2', 'its quotes do not match'],
  ['spaces in quotes', '" b ",cus_2', 'the user id " b " has white space around it'],
  ['another white space in quotes', '"b\u00a0",cus_2', 'has white space around it'],
  ['an invisible character', 'b\u200bb,cus_2', 'the user id "b.u.200b.b" has'],
  ['a byte order mark within a field', '"b\uFEFFb",cus_2', 'unreadable characters'],
  ['a direction of text', 'b\u202eb,cus_2', 'unreadable characters'],
  ['a control character above ASCII', 'b\u0085b,cus_2', 'unreadable characters'],
  ['a zero, as in UTF-16', 'b\0,cus_2', 'not in UTF-8'],
  ['bytes that are not UTF-8', Buffer.from('m\u00fcller,cus_2', 'latin1').toString(), 'not in UTF-8'],
  ['an endless line', 'b'.repeat(1_000_000), 'longer than 4000 characters'],
])('%s costs its own line and no other', async (_what, line, fault) => {
  expect(await readShort(`a,cus_1\n${line}\nc,cus_3\n"d",cus_4\n`)).toEqual([
    '1 a cus_1',
    expect.stringMatching(new RegExp(`^2 .*${fault}`)),
    '3 c cus_3',
    '4 d cus_4',
  ]);
});

test('a line with another separator than the first is refused with the one that it needs', async () => {
  expect(await readShort('a;cus_1\nb,cus_2\nc;cus_3')).toEqual([
    '1 a cus_1',
    '2 expected 2 fields, user_id;stripe_customer_id; found 1',
    '3 c cus_3',
  ]);
});

test('every line of a file in UTF-16 is refused for its encoding', async () => {
  const text = Buffer.from('\uFEFFuser_id,stripe_customer_id\na,cus_1\n', 'utf16le').toString();
  expect(await readShort(text)).toEqual([1, 2, 3].map((line) => `${line} it is not in UTF-8`));
});

test('quotes that open and close on two lines take no line between them along', async () => {
  expect(await readShort('a,cus_1\n"b,cus_2\nc,cus_3\nd",cus_4\ne,cus_5')).toEqual([
    '1 a cus_1',
    '2 its quotes do not match',
    '3 c cus_3',
    '4 its quotes do not match',
    '5 e cus_5',
  ]);
});

test('a line without end is one bad line, of which no more is kept than shows it', async () => {
  async function* withEndlessLine(): AsyncGenerator<string> {
    yield 'a,cus_1\n';
    // Kept as a whole and searched with each piece, it would take minutes.
    for (let index = 0; index < 20_000; index += 1) {
      await nextTurn();
      yield 'x'.repeat(100);
    }
    yield '\nb,cus_2';
  }
  const rows = await readAll(withEndlessLine());
  expect(rows.map((row) => [row.line, 'link' in row])).toEqual([
    [1, true],
    [2, false],
    [3, true],
  ]);
});

test('reads no further than asked, however long the file', async () => {
  let pieces = 0;
  async function* endless(): AsyncGenerator<string> {
    for (;;) {
      await nextTurn();
      yield `user_${(pieces += 1)},cus_${pieces}\n`.repeat(100);
    }
  }
  let rows = 0;
  for await (const batch of readLinkRows(endless())) {
    rows += batch.length;
    if (rows >= 1_000) break;
  }
  expect(pieces).toBe(10);
});

test('whatever is written as CSV is read back, line by line, in whatever pieces it comes', async () => {
  const userId = fc
    .string({
      unit: fc.constantFrom(...Array.from('ab "\',;|\u00e4\u20ac\u{1F600}\u2028')),
      minLength: 1,
      maxLength: 20,
    })
    .filter((id) => userIdSchema.safeParse(id).success && findDoubt(id) === null);
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r', '\n\r\n');
  const writtenLines = fc.array(fc.record({ userId, lineEnd }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(writtenLines, fc.integer({ min: 1, max: 50 }), async (written, pieceSize) => {
      let text = '';
      let line = 1;
      const expected = written.map(({ userId, lineEnd }, index) => {
        text += `"${userId.replaceAll('"', '""')}",cus_${index}${lineEnd}`;
        const row = { line, link: { userId, stripeCustomerId: `cus_${index}` } };
        line += lineEnd === '\n\r\n' ? 2 : 1;
        return row;
      });
      expect(await readAll(inPieces(text, pieceSize))).toEqual(expected);
    }),
  );
});
