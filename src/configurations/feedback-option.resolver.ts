import { Field, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import { SharedReads, readAll } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { PortalCancellationReason } from './feature-types.ts';

@ObjectType({ description: 'A reason of your own that the portal offers to a customer who cancels.' })
export class PortalFeedbackOption {
  @Field(() => ID, { description: "Stripe's id of the feedback option." })
  readonly id!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The text that customers see; null when Stripe no longer lists the option.',
  })
  readonly text!: string | null;
}

/** Reads the texts only for queries that ask for them. One request serves all configurations of a page. */
@Resolver(() => PortalCancellationReason)
export class FeedbackOptionResolver {
  private readonly reads = new SharedReads<ReadonlyMap<string, string>>();

  constructor(private readonly stripe: StripeClient) {}

  @FieldResolver(() => [PortalFeedbackOption], {
    description: 'The custom feedback options, in their order.',
  })
  async feedbackOptions(
    @Root() { feedbackOptionIds: ids }: { readonly feedbackOptionIds: readonly string[] },
  ): Promise<PortalFeedbackOption[]> {
    if (ids.length === 0) return [];
    const texts = await this.reads.read('all', () => this.readTexts());
    return ids.map((id) => ({ id, text: texts.get(id) ?? null }));
  }

  private async readTexts(): Promise<ReadonlyMap<string, string>> {
    const options = await readAll(this.stripe, (sdk, page, requestOptions) =>
      sdk.billing.feedbackOptions.list(page, requestOptions),
    );
    return new Map(options.map(({ id, description }) => [id, description]));
  }
}
