import { FieldResolver, Resolver, Root } from 'type-graphql';
import { findRefusal } from '../portal/find-refusal.ts';
import { customerTasks, subscriptionTasks } from '../portal/portal-flow.ts';
import { BillingCustomer } from './billing-customer.types.ts';
import { BillingTask } from './billing-task.types.ts';
import { findKeepable } from './keepable.ts';
import { BillingSubscription } from './subscription.types.ts';

const nullWithoutPolicy = 'Null, with an error, when what the portal offers cannot be read.';

@Resolver(() => BillingCustomer)
export class CustomerTasksResolver {
  @FieldResolver(() => [BillingTask], {
    nullable: true,
    description: `The tasks that concern the customer. ${nullWithoutPolicy}`,
  })
  async tasks(@Root() { access }: BillingCustomer): Promise<BillingTask[]> {
    const offered = await access.getOffered();
    return customerTasks.map((type) => toTask(type, findRefusal(type, offered, null)));
  }
}

@Resolver(() => BillingSubscription)
export class SubscriptionTasksResolver {
  @FieldResolver(() => [BillingTask], {
    nullable: true,
    description: `The tasks on the subscription. ${nullWithoutPolicy}`,
  })
  async tasks(@Root() { access, facts, paymentMethod }: BillingSubscription): Promise<BillingTask[]> {
    const offered = await access.getOffered();
    const taskFacts = { ...facts, paymentMethod: paymentMethod?.type ?? null };
    return subscriptionTasks.map((type) => toTask(type, findRefusal(type, offered, taskFacts)));
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: `Whether \`keepBillingSubscription\` would work now. ${nullWithoutPolicy}`,
  })
  async keepable(@Root() { access, facts }: BillingSubscription): Promise<boolean> {
    return findKeepable(facts, await access.getOffered()).kind !== 'refused';
  }
}

function toTask(type: BillingTask['type'], reason: BillingTask['reason']): BillingTask {
  return { type, available: reason === null, reason };
}
