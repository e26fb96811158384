import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../../src/config/environment.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { closeAfterTests } from '../../helpers/closing.ts';
import { createTemporaryFolder } from '../../helpers/temporary-folder.ts';
import { type EmulatorClient, startEmulator } from '../../../packages/local-stripe/test/emulator-client.ts';
import { type CliResult, runCli } from '../run-cli.ts';

/** A store and a local Stripe of a test's own, and the command on them. */
export interface ReconcileKit extends EmulatorClient {
  readonly env: Environment;
  readonly proposalsPath: string;
  /** Creates a customer, and tells its id. */
  createCustomer(email: string, userId?: string): Promise<string>;
  findByEmail(email: string): Promise<string>;
  link(userId: string, stripeCustomerId: string): Promise<void>;
  findLinked(userId: string): Promise<string | undefined>;
  propose(users: string): Promise<CliResult>;
  /** The lines of the proposals below the headings. */
  readProposals(): string[];
  /** Writes `yes` into the last column, where a person would. */
  accept(isMeant?: (line: string) => boolean): void;
  apply(options?: { readonly errors?: string; readonly showsProgress?: boolean }): Promise<CliResult>;
  /** How often Stripe was asked for one customer. */
  countReads(): number;
}

export async function createReconcileKit(): Promise<ReconcileKit> {
  const client = await startEmulator();
  const folder = createTemporaryFolder();
  const usersPath = join(folder, 'users.csv');
  const proposalsPath = join(folder, 'proposals.csv');
  const url = `sqlite:${join(folder, 'billing.db')}`;
  const env = { DATABASE_URL: url, STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_URL: client.emulator.url };
  const readLines = (): string[] => readFileSync(proposalsPath, 'utf8').trimEnd().split('\n');
  const database = await openDatabase({ url, scope: 'test' });
  closeAfterTests(() => database.close());
  return {
    ...client,
    env,
    proposalsPath,
    createCustomer: async (email, userId) => {
      const metadata = userId === undefined ? {} : { metadata: { userId } };
      return (await client.stripe.customers.create({ email, name: 'Ada Lovelace', ...metadata })).id;
    },
    findByEmail: async (email) => (await client.stripe.customers.list({ email })).data[0]?.id ?? '',
    link: async (userId, stripeCustomerId) => {
      await database.customers.link({ userId, stripeCustomerId });
    },
    findLinked: async (userId) => (await database.customers.findByUserId(userId))?.stripeCustomerId,
    propose: (users) => {
      writeFileSync(usersPath, users);
      return runCli(['reconcile', 'propose', usersPath, proposalsPath], { env });
    },
    readProposals: () => readLines().slice(1),
    accept: (isMeant = () => true) => {
      const [headings = '', ...lines] = readLines();
      const decided = lines.map((line) => (isMeant(line) ? line.replace(/""$/, 'yes') : line));
      writeFileSync(proposalsPath, [headings, ...decided, ''].join('\n'));
    },
    apply: ({ errors, showsProgress = false } = {}) =>
      runCli(['reconcile', 'apply', proposalsPath, ...(errors === undefined ? [] : ['--errors', errors])], {
        env,
        showsProgress,
      }),
    countReads: () =>
      client.emulator.requests.filter(({ path }) => path.startsWith('/v1/customers/cus_')).length,
  };
}
