import { Field, ID, ObjectType } from 'type-graphql';
import { PortalFlowType } from '../portal/portal-flow.ts';

@ObjectType({
  description: 'A link for an e-mail. It opens a fresh session of the Billing Portal when it is used.',
})
export class BillingPortalLink {
  @Field(() => ID, { description: 'Its id, for revoking it. The URL cannot be told from it.' })
  readonly id!: string;

  @Field(() => ID, { description: 'Whose link it is.' })
  readonly userId!: string;

  @Field(() => String, { description: "Where the portal's link back leads." })
  readonly returnUrl!: string;

  @Field(() => PortalFlowType, {
    nullable: true,
    description: "The task that it opens the portal at; null for the portal's home page.",
  })
  readonly flow!: PortalFlowType | null;

  @Field(() => Boolean, { description: 'Whether it opens the portal only once.' })
  readonly singleUse!: boolean;

  @Field(() => Date, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => Date, { description: 'From when on it opens nothing.' })
  readonly expiresAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When it was used up; null when it was not, and always null when `singleUse` is false.',
  })
  readonly usedAt!: Date | null;
}

@ObjectType({ description: 'A link for an e-mail that was just made.' })
export class CreatedBillingPortalLink extends BillingPortalLink {
  @Field(() => String, {
    description:
      'What goes into the e-mail. It is told this once: who has it can open the portal, so neither store nor log it.',
  })
  readonly url!: string;
}
