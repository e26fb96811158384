import { AuditTrail } from '../audit/audit-trail.service.ts';
import { type StoreConfig, loadStoreConfig } from '../config/command-config.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import { type Logger, createLogger } from '../logging/logger.ts';
import type { Shell } from './shell.ts';

/** What commands on the mappings stand on. */
export interface Store {
  readonly config: StoreConfig;
  readonly database: Database;
  readonly audit: AuditTrail;
  /** Tells on stderr what goes wrong beside the command's own work. */
  readonly logger: Logger;
}

/** Opens the store that the environment names, for as long as `use` takes. */
export async function withStore(shell: Shell, use: (store: Store) => Promise<void>): Promise<void> {
  const config = loadStoreConfig(shell.loadEnvironment());
  const database = await openDatabase({ url: config.databaseUrl, scope: config.scope });
  const logger = createLogger('warn', shell.stderr);
  try {
    await use({ config, database, audit: new AuditTrail(database.audit, logger), logger });
  } finally {
    await database.close();
  }
}

/** For the help of every command that opens the store. */
export const storeHelp = `
Reads DATABASE_URL, and STRIPE_SECRET_KEY or STRIPE_SCOPE: the key's mode, or
the scope's name, tells whose links are meant; test and live are kept apart.
`;
