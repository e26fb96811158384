import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Stripe from 'stripe';

const root = join(import.meta.dirname, '../..');
const sdk = new Stripe('sk_test_1');

/** Whether the SDK has this call, such as `billingPortal.sessions.create`. */
function isCall(path: string): boolean {
  const found = path
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], sdk);
  return typeof found === 'function';
}

/** The calls of Stripe's SDK in the code. The demo uses the local Stripe, which knows no permissions. */
function listCalls(): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('cli/demo/'),
  );
  const code = files
    .map((file) => readFileSync(join(root, 'src', file), 'utf8').replace(/\s+\./g, '.'))
    .join('\n');
  const paths = [...code.matchAll(/(?<![\w.])(?:sdk\.)?((?:[a-z]\w*\.){1,3}[a-z]\w*)\(/g)].map(
    ([, path = '']) => path,
  );
  return [...new Set(paths.filter(isCall))].sort();
}

/** The calls of the list; `.list` after `customers.retrieve` stands for `customers.list`. */
function listDocumented(): string[] {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const [, section = ''] = page.split('## A restricted key');
  let resource = '';
  return [...(section.split(/^## /m)[0] ?? '').matchAll(/`(\w*(?:\.\w+)+)`/g)]
    .map(([, name = '']) => {
      if (name.startsWith('.')) return `${resource}${name}`;
      resource = name.slice(0, name.lastIndexOf('.'));
      return name;
    })
    .sort();
}

test('docs/operations.md, "A restricted key", names every call to Stripe, with its permission', () => {
  const calls = listCalls();
  const documented = listDocumented();

  expect(calls).toContain('billingPortal.sessions.create');
  expect({
    'add these calls to the list': calls.filter((call) => !documented.includes(call)),
    'remove these calls, which the code no longer makes': documented.filter((call) => !calls.includes(call)),
  }).toEqual({
    'add these calls to the list': [],
    'remove these calls, which the code no longer makes': [],
  });
});
