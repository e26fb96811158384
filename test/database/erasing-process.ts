// Run by processes.test.ts: opens DATABASE_URL, says it is ready, and says how many milliseconds an erasure took.
import { openDatabase } from '../../src/database/open-database.ts';

const [url = ''] = process.argv.slice(2);
const database = await openDatabase({ url, scope: 'test' });
process.send?.('ready');
const start = performance.now();
const count = await database.audit.anonymize({ userId: 'user_7', stripeCustomerId: 'cus_7' });
process.send?.({ count, ms: performance.now() - start });
await database.close();
process.disconnect();
