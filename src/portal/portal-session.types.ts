import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType({
  description: "A visit to Stripe's hosted Billing Portal, opened for the caller's own customer.",
})
export class BillingPortalSession {
  @Field(() => ID, { description: "Stripe's id of the session, `bps_…`." })
  readonly id!: string;

  @Field(() => String, {
    description:
      'Send the browser here at once. The URL is a short-lived credential: do not store, log or share it.',
  })
  readonly url!: string;

  @Field(() => String, { description: "Where the portal's return link leads." })
  readonly returnUrl!: string;

  @Field(() => ID, { description: 'The portal configuration that the session uses, `bpc_…`.' })
  readonly configurationId!: string;

  @Field(() => String, { nullable: true, description: 'The requested language; null when Stripe decides.' })
  readonly locale!: string | null;

  @Field(() => Boolean, { description: 'False in test mode, where no money moves.' })
  readonly livemode!: boolean;

  @Field(() => Date, { description: 'When the session was opened.' })
  readonly createdAt!: Date;
}
