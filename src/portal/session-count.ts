import type { Metrics } from '../telemetry/metrics.ts';
import { toOutcome } from '../telemetry/telemetry.ts';
import type { ChosenConfiguration } from './configuration-chooser.service.ts';

/** What becomes known while a session is opened. */
interface SessionAttempt {
  chosen?: ChosenConfiguration;
}

/** Counts a session that is opened, or is not, under the policy that held by then. */
export async function countSession<T>(
  metrics: Pick<Metrics, 'sessionOpened'>,
  open: (attempt: SessionAttempt) => Promise<T>,
): Promise<T> {
  const attempt: SessionAttempt = {};
  try {
    const session = await open(attempt);
    metrics.sessionOpened(namePolicy(attempt), 'OK');
    return session;
  } catch (error) {
    metrics.sessionOpened(namePolicy(attempt), toOutcome(error));
    throw error;
  }
}

/** No policy's own name has parentheses. */
function namePolicy({ chosen }: SessionAttempt): string {
  switch (chosen?.kind) {
    case undefined:
      return '(none)';
    case 'default':
      return '(stripe default)';
    case 'named':
      return '(named)';
    case 'policy':
      return chosen.policy.name;
  }
}
