// Run by processes.test.ts: opens DATABASE_URL, says it is ready, waits for a word, and sends what became of its links.
import { once } from 'node:events';
import type { MappingIds, LinkOutcome } from '../../src/customers/customer-directory.ts';
import { CustomerAlreadyLinkedError, UserAlreadyLinkedError } from '../../src/customers/customer.errors.ts';
import { openDatabase } from '../../src/database/open-database.ts';

const [url = ''] = process.argv.slice(2);
const database = await openDatabase({ url, scope: 'test' });
process.send?.('ready');
const [links] = (await once(process, 'message')) as [MappingIds[]];
const outcomes: LinkOutcome[] = [];
for (const link of links) outcomes.push(await tryLink(link));
process.send?.(outcomes);
await database.close();
process.disconnect();

async function tryLink(link: MappingIds): Promise<LinkOutcome> {
  try {
    const { created } = await database.customers.link(link);
    return created ? 'linked' : 'unchanged';
  } catch (error) {
    if (error instanceof UserAlreadyLinkedError) return 'user_taken';
    if (error instanceof CustomerAlreadyLinkedError) return 'customer_taken';
    throw error;
  }
}
