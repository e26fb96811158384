import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Load, type LoadResult } from '../../bench/harness/load.ts';
import { startProgram } from '../../bench/harness/measured-process.ts';
import { askStub } from '../../bench/harness/targets.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { findFreePort } from '../helpers/server-process.ts';

async function ask(port: number): Promise<LoadResult> {
  const load = new Load(askStub(port, 50), 4);
  try {
    return await load.keepInFlight(4, 0.2);
  } finally {
    await load.close();
  }
}

describe('the stub', () => {
  const stub = (async () => {
    const port = await findFreePort();
    const cwd = join(import.meta.dirname, '../..');
    const args = ['--import', 'tsx', 'bench/stub/stripe-stub.ts'];
    const env = { PORT: String(port) };
    return startProgram({ command: process.execPath, args, env, port, cwd, core: null });
  })();
  closeAfterTests(async () => (await stub).stop());

  test("opens every customer's own session, whatever asks", async () => {
    const { port } = await stub;
    const load = new Load(askStub(port, 50), 4);
    const { answered, errors, firstError, latencies } = await load.keepInFlight(4, 0.3);
    await load.close();
    expect({ errors, firstError }).toEqual({ errors: 0, firstError: null });
    expect(answered).toBeGreaterThan(0);
    expect(latencies).toHaveLength(answered);
  });

  test('tells what it costs', async () => {
    const process = await stub;
    expect(process.cpuSeconds()).toBeGreaterThan(0);
    expect(process.residentMegabytes()).toBeGreaterThan(10);
  });

  test.each([
    ['another return URL', 'customer=cus_Bench00000001&return_url=https%3A%2F%2Fevil.example.com'],
    ['a customer that is none', 'customer=nobody&return_url=https%3A%2F%2Fapp.example.com%2Faccount'],
  ])('refuses %s', async (_what, body) => {
    const { port } = await stub;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const url = `http://127.0.0.1:${port}/v1/billing_portal/sessions`;
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(400);
  });
});

const someoneElse = JSON.stringify({ url: 'https://billing.stripe.com/p/session/test_cus_Bench99999999_1' });

test.each<[string, (response: ServerResponse) => void]>([
  ["another customer's session", (response) => response.end(someoneElse)],
  ['no URL', (response) => response.end('{}')],
  ['no JSON', (response) => response.end('<html>')],
  ['an error status', (response) => response.writeHead(500).end(someoneElse)],
  ['a closed connection', (response) => response.destroy()],
])('counts %s as an error', async (_what, answer) => {
  const server = createServer((request, response) => {
    request.resume().once('end', () => answer(response));
  }).listen(0, '127.0.0.1');
  closeAfterTests(() => server.close());
  await once(server, 'listening');
  const { answered, errors, firstError } = await ask((server.address() as AddressInfo).port);
  expect(answered).toBe(0);
  expect(errors).toBeGreaterThan(0);
  expect(firstError).not.toBeNull();
});
