/** Runs the README's demo line as a new user does, uses what it prints, and stops it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

interface Ready {
  readonly graphqlUrl: string;
  readonly token: string;
  readonly userId: string;
  readonly sessionUrl: string;
  readonly webUrl: string;
}

interface BillingCustomer {
  readonly userId: string;
  readonly subscriptions: readonly { readonly status: string }[];
}

function expect(condition: boolean, expectation: string): void {
  if (!condition) throw new Error(`The demo: expected ${expectation}`);
}

const demo = spawn('npm', ['run', '--silent', 'demo', '--', '--json'], {
  env: { ...process.env, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
const exited = once(demo, 'exit') as Promise<[number | null]>;
try {
  await useDemo();
} finally {
  if (demo.exitCode === null && demo.pid !== undefined) process.kill(-demo.pid, 'SIGKILL');
}
console.log('The demo works, and stops when told to.');

async function useDemo(): Promise<void> {
  const lines: string[] = [];
  const output = createInterface(demo.stdout).on('line', (line) => lines.push(line));
  await Promise.race([once(output, 'line'), exited]);
  const ready = JSON.parse(lines[0] ?? '{}') as Ready;

  expect((await fetch(ready.sessionUrl)).status === 200, 'its session URL to lead to the portal');
  expect((await fetch(ready.webUrl)).status === 200, 'its account page to be served');
  const { userId, subscriptions } = await readBillingCustomer(ready);
  expect(userId === ready.userId, 'the demo user to have a customer');
  expect(subscriptions[0]?.status === 'ACTIVE', 'the demo user to have a subscription');

  demo.kill('SIGTERM');
  const [code] = await exited;
  expect(code === 0, `it to stop cleanly on SIGTERM, not with ${code}`);
  expect(lines.length === 1, 'one line on stdout and nothing else');
}

async function readBillingCustomer({ graphqlUrl, token }: Ready): Promise<BillingCustomer> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ billingCustomer { userId subscriptions { status } } }' }),
  });
  const answer = (await response.json()) as { data: { billingCustomer: BillingCustomer } };
  return answer.data.billingCustomer;
}
