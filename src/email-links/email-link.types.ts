import { Field, ID, ObjectType } from 'type-graphql';
import { PortalFlowType } from '../portal/portal-flow.ts';

@ObjectType({
  description: 'An e-mail link. It opens a new session of the Billing Portal when it is used.',
})
export class BillingPortalLink {
  @Field(() => ID, { description: "The link's id, for revoking the link. The id does not reveal the URL." })
  readonly id!: string;

  @Field(() => ID, { description: 'The user that the link is for.' })
  readonly userId!: string;

  @Field(() => String, { description: "Where the portal's return link leads." })
  readonly returnUrl!: string;

  @Field(() => PortalFlowType, {
    nullable: true,
    description: "The task at which the portal opens; null for the portal's home page.",
  })
  readonly flow!: PortalFlowType | null;

  @Field(() => Boolean, { description: 'Whether the link works only once.' })
  readonly singleUse!: boolean;

  @Field(() => Date, { description: 'When the link was created.' })
  readonly createdAt!: Date;

  @Field(() => Date, { description: 'When the link expires.' })
  readonly expiresAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description:
      'When the link was used; null when it was not used, and always null when `singleUse` is false.',
  })
  readonly usedAt!: Date | null;
}

@ObjectType({ description: 'An e-mail link that was just created.' })
export class CreatedBillingPortalLink extends BillingPortalLink {
  @Field(() => String, {
    description:
      'The URL for the e-mail. Only this response contains it. Anyone who has the URL can open the portal: do not store or log it.',
  })
  readonly url!: string;
}
