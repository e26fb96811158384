import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { closeAfterTests } from '../../../test/helpers/closing.ts';
import { runCommand } from '../src/command/command.ts';
import type { LocalStripe } from '../src/local-stripe.ts';
import { createConfiguration } from './fixtures.ts';
import { refusalOf } from './local-stripe-client.ts';
import { openPage, openPortal } from './portal-browser.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-stripe-'));
});

async function run(...args: string[]) {
  const lines: string[] = [];
  const localStripe = await runCommand(['--port', '0', ...args], (line) => lines.push(line));
  if (!localStripe) throw new Error(`nothing runs: ${lines.join('\n')}`);
  closeAfterTests(() => localStripe.stop());
  return { localStripe, output: lines.join('\n'), stripe: createSdk(localStripe) };
}

function createSdk(localStripe: LocalStripe): Stripe {
  const { hostname: host, port } = new URL(localStripe.url);
  return new Stripe('sk_test_123', { host, port, protocol: 'http', telemetry: false });
}

test('it says where it listens and which key to use', async () => {
  const { localStripe, output } = await run();
  expect(output).toContain(`Local Stripe: ${localStripe.url}`);
  expect(output).toContain('sk_test_local');
});

test('--seed demo has the demo’s customer, without the SDK', async () => {
  const { stripe } = await run('--seed', 'demo');
  expect((await stripe.customers.list()).data).toMatchObject([{ name: 'Ada Lovelace' }]);
  expect((await stripe.subscriptions.list()).data).toMatchObject([{ status: 'active' }]);
});

test('--seed with a fixture file sends its requests, which may name earlier answers', async () => {
  const file = join(folder, 'fixtures.json');
  const fixtures = [
    { name: 'ada', method: 'post', path: '/v1/customers', params: { name: 'Ada' } },
    {
      name: 'card',
      method: 'post',
      path: '/v1/payment_methods/pm_card_visa/attach',
      params: { customer: '${ada:id}' },
    },
    {
      name: 'default',
      method: 'post',
      path: '/v1/customers/${ada:id}',
      params: { invoice_settings: { default_payment_method: '${card:id}' } },
    },
  ];
  writeFileSync(file, JSON.stringify({ _meta: { template_version: 0 }, fixtures }));
  const { stripe } = await run('--seed', file);
  const [customer] = (await stripe.customers.list()).data;
  const { data } = await stripe.paymentMethods.list({ customer: customer?.id ?? '' });
  expect(customer).toMatchObject({ name: 'Ada', invoice_settings: { default_payment_method: data[0]?.id } });
});

test('--webhook sends events that are signed with the secret', async () => {
  const receiver = await startWebhookReceiver('whsec_of_command_line');
  const { stripe, localStripe } = await run('--webhook', receiver.url, '--secret', receiver.secret);
  await stripe.customers.create();
  await localStripe.settleWebhooks();
  expect(receiver.types()).toEqual(['customer.created']);
});

describe('--state', () => {
  test('keeps customers, subscriptions, events, the clock and portal pages over a restart', async () => {
    const state = join(folder, 'state.json');
    const first = await run('--state', state, '--seed', 'demo');
    const [customer] = (await first.stripe.customers.list()).data;
    const id = customer?.id ?? '';
    await fetch(`${first.localStripe.url}/_control/clock`, {
      method: 'POST',
      body: new URLSearchParams({ advance_days: '40' }),
    });
    const { url } = await openPortal(first.stripe, { customer: id });
    const events = await first.stripe.events.list({ limit: 100 });
    const invoices = await first.stripe.invoices.list({ customer: id });
    await first.localStripe.stop();

    const second = await run('--state', state, '--seed', 'demo');
    expect(second.output).toContain('State: restored');
    expect((await second.stripe.customers.list()).data).toHaveLength(1);
    expect((await second.stripe.events.list({ limit: 100 })).data.map((event) => event.id)).toEqual(
      events.data.map((event) => event.id),
    );
    expect((await second.stripe.invoices.list({ customer: id })).data.map((each) => each.id)).toEqual(
      invoices.data.map((each) => each.id),
    );
    const page = await openPage(url.replace(first.localStripe.url, second.localStripe.url));
    expect(page.text).toContain('Pro');
    const found = await second.stripe.customers.search({ query: 'email:"ada@example.com"' });
    expect(found.data).toHaveLength(1);
  });

  test('is written soon after a request, so that a killed process loses little', async () => {
    const state = join(folder, 'state.json');
    const { stripe } = await run('--state', state);
    const { id } = await stripe.customers.create();
    await createConfiguration(stripe);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = await run('--state', state);
    expect((await second.stripe.customers.retrieve(id)).id).toBe(id);
  });

  test.each([
    ['a seed file that is not there', () => join(folder, 'none.json')],
    [
      'a seed that is refused halfway',
      () => {
        const file = join(folder, 'fixtures.json');
        const fixtures = [
          { name: 'ada', method: 'post', path: '/v1/customers' },
          { name: 'bad', method: 'post', path: '/v1/nothing' },
        ];
        writeFileSync(file, JSON.stringify({ fixtures }));
        return file;
      },
    ],
  ])('keeps nothing of a start that fails, so that the next one seeds: %s', async (_what, createSeed) => {
    const state = join(folder, 'state.json');
    await expect(run('--state', state, '--seed', createSeed())).rejects.toThrow();
    const { output, stripe } = await run('--state', state, '--seed', 'demo');
    expect(output).not.toContain('restored');
    expect((await stripe.customers.list()).data).toMatchObject([{ name: 'Ada Lovelace' }]);
  });

  test('adds the webhook endpoint of the command line once', async () => {
    const receiver = await startWebhookReceiver();
    const args = ['--state', join(folder, 'state.json'), '--webhook', receiver.url];
    const first = await run(...args);
    await first.stripe.webhookEndpoints.create({ url: `${receiver.url}/other`, enabled_events: ['*'] });
    await first.localStripe.stop();
    const second = await run(...args);
    const { data } = await second.stripe.webhookEndpoints.list();
    expect(data.map(({ url }) => url).sort()).toEqual([receiver.url, `${receiver.url}/other`].sort());
  });
});

describe('refused are', () => {
  test.each([
    ['an unknown option', ['--prot', '1'], /--prot.*\nAdd --help to see the options\.$/],
    ['an argument', ['demo'], /'demo'.*\nAdd --help to see the options\.$/],
    ['a webhook without a host', ['--webhook', 'http://'], /--webhook must be an http or https URL/],
    ['a port that is not a number', ['--port', 'abc'], /--port must be a number/],
    ['a webhook that is no URL', ['--webhook', 'localhost:3000'], /--webhook must be an http or https URL/],
    ['a secret without a webhook', ['--secret', 'whsec_test'], /--secret needs --webhook/],
    [
      'a secret of another form',
      ['--webhook', 'http://x', '--secret', 'x'],
      /--secret must be whsec_ and at least 8/,
    ],
    ['a secret that is too short', ['--webhook', 'http://x', '--secret', 'whsec_guides'], /at least 8/],
    ['an option that is given twice', ['--port', '1', '--port', '2'], /^--port is given twice\.\nAdd --help/],
    [
      'a seed that does not exist',
      ['--port', '0', '--seed', '/no/such/file'],
      /^\/no\/such\/file cannot be read \(ENOENT\)\. --seed takes "demo" or a fixture file\.$/,
    ],
    ['a seed that is a folder', ['--port', '0', '--seed', '.'], /^\. cannot be read \(EISDIR\)/],
    ['a seed that is not JSON', ['--port', '0', '--seed', 'README.md'], /^README\.md is no fixture file/],
    [
      'a seed of another kind',
      ['--port', '0', '--seed', 'package.json'],
      /^package\.json is no fixture file/,
    ],
    [
      'a state file that cannot be written',
      ['--port', '0', '--state', '/no/such/folder/state.json'],
      /^\/no\/such\/folder\/state\.json cannot be used \(ENOENT\)\. Name another file with --state\.$/,
    ],
    ['a state file that is a folder', ['--port', '0', '--state', '.'], /^\. cannot be used \(EISDIR\)/],
    [
      'a state file of another kind',
      ['--port', '0', '--state', 'package.json'],
      /is not a state of the local Stripe/,
    ],
  ])('%s', async (_what, args, message) => {
    await expect(runCommand(args, () => undefined)).rejects.toThrow(message);
  });

  test('a port in use', async () => {
    const { localStripe } = await run();
    const { port } = new URL(localStripe.url);
    await expect(runCommand(['--port', port], () => undefined)).rejects.toThrow(
      `The port ${port} is in use.`,
    );
  });
});

test('the page at / lists every request with its parameters, and others are refused in Stripe’s words', async () => {
  const { localStripe, stripe } = await run();
  const page = await openPage(localStripe.url);
  expect(page.text).toContain('POST /v1/invoices/create_preview');
  expect(page.text).toContain('GET /v1/customers/{id}/tax_ids/{child}');
  expect(page.text).toContain('POST /_control/clock');
  const unknown = await refusalOf(stripe.rawRequest('GET', '/v1/balance'));
  expect(unknown.message).toMatch(/^Unrecognized request URL \(GET: \/v1\/balance\)/);
  expect(unknown.statusCode).toBe(404);
});
