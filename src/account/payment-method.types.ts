import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'The displayable part of a payment method.' })
export class BillingPaymentMethod {
  @Field(() => String, { description: "Stripe's type, such as `card`, `sepa_debit`, `link` or `paypal`." })
  readonly type!: string;

  @Field(() => String, {
    description:
      'A text to show, such as `Visa •••• 4242`, `SEPA Direct Debit •••• 3000` or `PayPal ada@example.com`.',
  })
  readonly label!: string;

  @Field(() => String, { nullable: true, description: 'The brand of a card, such as `visa`.' })
  readonly brand!: string | null;

  @Field(() => String, { nullable: true, description: 'The last four digits of a card or an account.' })
  readonly last4!: string | null;

  @Field(() => Int, { nullable: true, description: 'The expiry month of a card, 1 to 12.' })
  readonly expMonth!: number | null;

  @Field(() => Int, { nullable: true, description: 'The expiry year of a card.' })
  readonly expYear!: number | null;

  @Field(() => String, { nullable: true, description: 'The wallet that a card is in, such as `apple_pay`.' })
  readonly wallet!: string | null;
}
