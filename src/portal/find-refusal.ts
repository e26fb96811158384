import { type TaskRefusal, findLimit } from './flow-limits.ts';
import { type OfferedFeatures, offersTask } from './offered-features.ts';
import type { PortalFlowType } from './portal-flow.ts';
import type { TaskFacts } from './task-facts.ts';

/**
 * Why the portal would not open the task now; null when it would.
 * @param facts null for a task that concerns the customer
 */
export function findRefusal(
  type: PortalFlowType,
  features: OfferedFeatures,
  facts: TaskFacts | null,
): TaskRefusal | null {
  if (!offersTask(type, features, facts?.items[0]?.price.id ?? null)) return 'NOT_IN_POLICY';
  return facts === null ? null : findLimit(type, facts);
}
