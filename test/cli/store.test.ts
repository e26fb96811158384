import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { runCli } from './run-cli.ts';

const path = join(createTemporaryFolder(), 'billing.db');
const env = { DATABASE_URL: `sqlite:${path}`, STRIPE_SCOPE: 'test' };

/** Lets the intent be recorded, and nothing after it. */
function refuseOutcomes(): void {
  const database = new Database(path);
  database.exec(`CREATE TRIGGER refuse_outcomes BEFORE INSERT ON audit WHEN NEW.step <> 'intended'
    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END`);
  database.close();
}

test('a command that cannot record its outcome says so on stderr', async () => {
  await runCli(['links'], { env });
  refuseOutcomes();
  expect(await runCli(['link', 'ada', 'cus_1', '--no-verify'], { env })).toEqual({
    stdout: 'Linked user "ada" to cus_1 in scope test.\n',
    stderr: expect.stringMatching(/^{.*"failed to record an outcome in the audit trail".*}\n$/),
    exitCode: 0,
  });
});
