import { createObjectType, field, nullable, registerEnum } from '../graphql/types.ts';
import { type TaskFacts, taskRefusals } from '../portal/flow-limits.ts';
import { type OfferedFeatures, findRefusal } from '../portal/offered-features.ts';
import { PortalFlowType } from '../portal/portal-flow.types.ts';

const taskRefusal = registerEnum(
  'BillingTaskRefusal',
  'Why a task is not available. Errors have the same values as `reason`.',
  taskRefusals,
);

export type BillingTask = InstanceType<typeof BillingTask>;
export const BillingTask = createObjectType(
  'BillingTask',
  'A task of the portal, and whether a deep link to it would open now.',
  {
    type: field(PortalFlowType, 'The task, for `flow.type`.'),
    available: field(
      Boolean,
      'Whether the deep link would open. SUBSCRIPTION_UPDATE_CONFIRM also needs a change that the portal offers.',
    ),
    reason: nullable(taskRefusal, 'Why it would not; null when it would.'),
  },
);

export const nullWithoutPolicy = 'Null, with an error, when what the portal offers cannot be read.';

export function listTasks(
  types: readonly PortalFlowType[],
  offered: OfferedFeatures,
  facts: TaskFacts | null,
): BillingTask[] {
  return types.map((type) => {
    const reason = findRefusal(type, offered, facts);
    return { type, available: reason === null, reason };
  });
}
