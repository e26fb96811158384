import { tryRedis } from '../../http/redis-limiter.ts';
import { describeFailure } from '../shell.ts';
import { type Check, pass, requireVariables, skip, warn } from './check.ts';

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
