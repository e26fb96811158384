// Run by processes.test.ts: opens DATABASE_URL, says it is ready, and imports links until they are all stored.
import { linksPerStep } from '../../src/customers/customer-directory.ts';
import { openDatabase } from '../../src/database/open-database.ts';

const [url = '', count] = process.argv.slice(2);
const database = await openDatabase({ url, scope: 'test' });
process.send?.('ready');
const links = Array.from({ length: Number(count) }, (_, index) => ({
  userId: `imported_${index}`,
  stripeCustomerId: `cus_imported_${index}`,
}));
for (let start = 0; start < links.length; start += linksPerStep)
  await database.customers.linkMany(links.slice(start, start + linksPerStep));
await database.close();
process.disconnect();
