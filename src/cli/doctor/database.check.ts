import type { Database } from '../../database/database.ts';
import { openDatabase } from '../../database/open-database.ts';
import { describeFailure } from '../command-failure.ts';
import { type Deployment, isProduction } from './deployment.ts';
import { type Judgement, fail, pass, skip, warn } from './finding.ts';

/** As many mappings as are counted. */
const countedMappings = 1_000;

/** Opens the store as the service does, which makes tables and indexes that are missing. */
export async function checkDatabase(deployment: Deployment): Promise<Judgement[]> {
  const { DATABASE_URL: url } = deployment.values;
  if (url === undefined) return [skip('DATABASE_URL cannot be read')];
  try {
    const scope = deployment.stripe?.scope ?? null;
    const database = await openDatabase({ url, scope: scope ?? 'doctor' });
    try {
      await database.ping();
      const answers = pass(`${database.description} answers; its tables and indexes are in place`);
      const mappings = scope === null ? [] : [await countMappings(database, scope, deployment)];
      return [answers, ...mappings, ...judgeEngine(url, deployment)];
    } finally {
      await database.close();
    }
  } catch (error) {
    return [
      fail(
        describeFailure(error),
        'Check DATABASE_URL, that the server is up and that this machine is let in.',
      ),
    ];
  }
}

async function countMappings(
  { customers }: Database,
  scope: string,
  { values }: Deployment,
): Promise<Judgement> {
  const { mappings, hasNextPage } = await customers.list({ first: countedMappings });
  if (hasNextPage) return pass(`more than ${countedMappings} users are linked in scope ${scope}`);
  if (mappings.length > 0) return pass(`users linked in scope ${scope}: ${mappings.length}`);
  if (values.CUSTOMER_CREATION === 'on_demand')
    return pass(`nobody is linked in scope ${scope} yet: first sessions make customers`);
  return warn(
    `nobody is linked in scope ${scope}: every caller gets CUSTOMER_NOT_FOUND`,
    'Link users by `billing-portal link`, or import them by `billing-portal link --from customers.csv`.',
  );
}

function judgeEngine(url: string, deployment: Deployment): Judgement[] {
  if (!url.startsWith('sqlite:') || !isProduction(deployment)) return [];
  if (url.endsWith(':memory:'))
    return [fail('what is linked is forgotten at every stop', 'Set DATABASE_URL to a file or a server.')];
  return [
    warn(
      'SQLite is for one machine: replicas on others would not see its links',
      'Set DATABASE_URL=mongodb://… before there are several replicas. With one, keep the file on a disk that stays.',
    ),
  ];
}
