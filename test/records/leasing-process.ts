// Run by processes.test.ts: counts up in a file under a lease, or takes the lease and keeps it until it is killed.
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { openDatabase } from '../../src/database/open-database.ts';
import { Leases } from '../../src/records/leases.ts';

const [url = '', key = '', file = '', rounds = '', lifeMs = ''] = process.argv.slice(2);
const database = await openDatabase({ url, scope: 'test' });
const leases = new Leases(database.records, { patienceMs: 60_000, lifeMs: Number(lifeMs) });
process.send?.('ready');
await once(process, 'message');
if (rounds === 'for ever') {
  await leases.runExclusive(key, async () => {
    process.send?.('held');
    await new Promise(() => undefined);
  });
}
for (let round = 0; round < Number(rounds); round += 1) {
  // A process that reads in between loses a count.
  await leases.runExclusive(key, async () => {
    await writeFile(file, `${Number(await readFile(file, 'utf8')) + 1}`);
  });
}
await database.close();
process.disconnect();
