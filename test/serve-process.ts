// Run by serve-processes.test.ts: the service, and then the statements of its argument, which may break the store's class.
import { loadEnvironment } from '../src/config/environment.ts';
import { SqliteConnection } from '../src/database/sqlite/sqlite-connection.ts';
import { serve } from '../src/serve.ts';

await serve(loadEnvironment);
Object.assign(globalThis, { SqliteConnection });
const [, , then = ''] = process.argv;
await import(`data:text/javascript,${encodeURIComponent(then)}`);
