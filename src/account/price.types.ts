import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { billingInterval, packageRounding, pricingModel } from './billing-customer.enums.ts';
import { Money } from './money.ts';

@ObjectType({ description: 'One tier of a price.' })
export class BillingPriceTier {
  @Field(() => Float, {
    nullable: true,
    description: 'The last unit of the tier; null for the tier that has no end.',
  })
  readonly upTo!: number | null;

  @Field(() => Money, {
    nullable: true,
    description: 'The amount for each unit, as `unitAmount` of the price.',
  })
  readonly unitAmount!: Money | null;

  @Field(() => String, {
    nullable: true,
    description: 'The amount for each unit, as `unitAmountDecimal` of the price.',
  })
  readonly unitAmountDecimal!: string | null;

  @Field(() => Money, {
    nullable: true,
    description:
      'The amount for the tier as a whole; null when the tier has no such amount, or when it has a fraction of the smallest unit.',
  })
  readonly flatAmount!: Money | null;

  @Field(() => String, {
    nullable: true,
    description: 'The amount for the tier as a whole, as Stripe writes it, with fractions.',
  })
  readonly flatAmountDecimal!: string | null;
}

@ObjectType({ description: "A price at Stripe, in the subscription's currency, before tax and discounts." })
export class BillingPrice {
  @Field(() => ID, { description: "Stripe's id of the price, `price_…`." })
  readonly id!: string;

  @Field(() => ID, { description: "Stripe's id of the product, `prod_…`." })
  readonly productId!: string;

  @Field(() => String, { description: "The product's name." })
  readonly productName!: string;

  @Field(() => String, { nullable: true, description: "The price's description for administrators." })
  readonly nickname!: string | null;

  @Field(() => String, { nullable: true, description: 'The key by which a product looks the price up.' })
  readonly lookupKey!: string | null;

  @Field(() => String, { description: 'The currency that is charged, as an ISO code in lower case.' })
  readonly currency!: string;

  @Field(() => Int, { description: "Stripe's decimals for the currency." })
  readonly decimals!: number;

  @Field(() => billingInterval.type, {
    nullable: true,
    description: 'The unit of the billing interval; null for a one-time price.',
  })
  readonly interval!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of units between two charges; null for a one-time price.',
  })
  readonly intervalCount!: number | null;

  @Field(() => pricingModel.type, { description: 'How the price is computed.' })
  readonly model!: string;

  @Field(() => pricingModel.type, {
    nullable: true,
    description: 'How usage is priced; null unless the model is USAGE.',
  })
  readonly usageModel!: string | null;

  @Field(() => Money, {
    nullable: true,
    description:
      'The amount for one unit, or for one package; null when there is no single amount, or when it has a fraction of the smallest unit.',
  })
  readonly unitAmount!: Money | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The same in smallest units as Stripe writes it, with fractions: `0.05` in `usd` is $0.0005.',
  })
  readonly unitAmountDecimal!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The number of units in a package; null without packages.',
  })
  readonly packageSize!: number | null;

  @Field(() => packageRounding.type, {
    nullable: true,
    description: 'What a package that is not full costs; null without packages.',
  })
  readonly packageRounding!: string | null;

  @Field(() => [BillingPriceTier], {
    nullable: true,
    description: 'The tiers, lowest first; null for a price without tiers.',
  })
  readonly tiers!: readonly BillingPriceTier[] | null;
}
