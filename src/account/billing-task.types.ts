import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { type TaskRefusal, taskRefusals } from '../portal/flow-limits.ts';
import { PortalFlowType } from '../portal/portal-flow.ts';

const entries = Object.entries(taskRefusals);
const taskRefusal = Object.fromEntries(entries.map(([name]) => [name, name]));

registerEnumType(taskRefusal, {
  name: 'BillingTaskRefusal',
  description: 'Why a task is not available. Errors have the same values as `reason`.',
  valuesConfig: Object.fromEntries(entries.map(([name, description]) => [name, { description }])),
});

@ObjectType({
  description:
    'A task of the portal, and whether a deep link to it would open now: by what the portal offers the caller, what it can do, and the state of the subscription.',
})
export class BillingTask {
  @Field(() => PortalFlowType, { description: 'The task, for `flow.type`.' })
  readonly type!: PortalFlowType;

  @Field(() => Boolean, { description: 'Whether the deep link would open.' })
  readonly available!: boolean;

  @Field(() => taskRefusal, { nullable: true, description: 'Why it would not; null when it would.' })
  readonly reason!: TaskRefusal | null;
}
