import { FieldResolver, Resolver, Root } from 'type-graphql';
import { CustomerMapping } from '../customers/customer-mapping.types.ts';
import type { SnapshotRegister } from './snapshot-register.ts';

@Resolver(() => CustomerMapping)
export class GoneSinceResolver {
  constructor(private readonly snapshots: SnapshotRegister) {}

  @FieldResolver(() => Date, {
    nullable: true,
    description:
      'When the service learned, through webhooks, that the customer was deleted at Stripe; null otherwise.',
  })
  async goneSince(@Root() mapping: CustomerMapping): Promise<Date | null> {
    return (await this.snapshots.find(mapping))?.goneSince ?? null;
  }
}
