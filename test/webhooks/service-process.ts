// Run by processes.test.ts: the service, configured by its environment; it says where it listens, and stops when told to.
import { once } from 'node:events';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';

// The leases of a process that was killed are waited for, and a minute is long in a test.
const app = await createApp(loadConfig(process.env), { leases: { lifeMs: 6_000 } });
process.send?.(await app.start());
await once(process, 'message');
await app.stop();
process.disconnect();
