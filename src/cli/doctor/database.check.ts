import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { tryRedis } from '../../http/redis-limiter.ts';
import { StoreUnavailableError } from '../../shared/errors.ts';
import { describeFailure } from '../shell.ts';
import type { Check, Deployment, Judgement } from './check.ts';
import { fail, pass, requireVariables, skip, warn } from './check.ts';

/** Opens the database as the service does, which creates missing tables and indexes. */
export const checkDatabase: Check = async (deployment) => {
  const { DATABASE_URL: databaseUrl } = requireVariables(deployment, 'DATABASE_URL');
  const scope = deployment.stripe?.scope;
  try {
    const database = await openDatabase({ url: databaseUrl, scope: scope ?? 'doctor' });
    try {
      await database.ping();
      return [
        pass(`${database.description} answers; its tables and indexes are in place`),
        ...(scope === undefined ? [] : [await countMappings(database, scope, deployment)]),
        ...(deployment.production ? judgeEngine(databaseUrl) : []),
      ];
    } finally {
      await database.close();
    }
  } catch (error) {
    const fix = 'Check DATABASE_URL, whether the server is up, and whether it accepts connections from here.';
    // Other messages say what to do.
    return fail(describeFailure(error), error instanceof StoreUnavailableError ? fix : null);
  }
};

const maxCounted = 1_000;

async function countMappings(database: Database, scope: string, { values }: Deployment): Promise<Judgement> {
  const { items: mappings, hasNextPage } = await database.customers.list({ first: maxCounted });
  if (hasNextPage) return pass(`more than ${maxCounted} users are linked in scope ${scope}`);
  if (mappings.length > 0) return pass(`users linked in scope ${scope}: ${mappings.length}`);
  if (values.CUSTOMER_CREATION === 'on_demand')
    return pass(`no user is linked in scope ${scope} yet: a user's first session creates a customer`);
  return warn(
    `no user is linked in scope ${scope}: every caller gets CUSTOMER_NOT_FOUND`,
    'Link users by `billing-portal link`, or import them by `billing-portal link --from customers.csv`.',
  );
}

function judgeEngine(url: string): Judgement[] {
  if (!url.startsWith('sqlite:')) return [];
  if (url.endsWith(':memory:'))
    return [fail('every mapping is lost when the service stops', 'Set DATABASE_URL to a file or a server.')];
  const detail = 'SQLite is for one machine: replicas on other machines do not see its mappings';
  const fix =
    'Set DATABASE_URL=mongodb://… before you run several replicas. With one, keep the file on a persistent disk.';
  return [warn(detail, fix)];
}

export const checkRedis: Check = async (deployment) => {
  const { REDIS_URL: url, RATE_LIMIT: limit } = requireVariables(deployment, 'REDIS_URL', 'RATE_LIMIT');
  if (url === undefined) return [];
  if (limit === null) return skip('RATE_LIMIT is off, so REDIS_URL is not used');
  const failure = await tryRedis(url).then(() => null, describeFailure);
  if (failure === null) return pass('Redis answers: replicas share their rate limits');
  return warn(
    `each replica counts on its own, since Redis cannot be used: ${failure}`,
    'Check REDIS_URL, whether the server is up, and whether it accepts connections and scripts from here.',
  );
};
