import type Stripe from 'stripe';
import { SharedReads, readAll } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import {
  StripeRequestRefusedError,
  StripeUnavailableError,
  isReplayed,
  wasReplayed,
} from '../stripe/stripe.errors.ts';
import {
  type Configuration,
  type WantedConfiguration,
  createMetadata,
  findByHash,
  hashContent,
  metadataKeys,
  productsPath,
  readConfiguration,
  readMark,
} from './managed-configuration.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const expand = [`data.${productsPath}`];

type CreateParams = Stripe.BillingPortal.ConfigurationCreateParams;
type UpdateParams = Stripe.BillingPortal.ConfigurationUpdateParams;

export class StripeConfigurations {
  private readonly feedbackReads = new SharedReads<ReadonlyMap<string, string>>();

  constructor(
    private readonly stripe: StripeClient,
    /** Keeps deployments that share a Stripe account out of each other's way. */
    readonly namespace: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Every configuration of this namespace, active or not. Stripe's list has no filter by metadata. */
  async list(): Promise<Configuration[]> {
    const all = await readAll(this.stripe, (sdk, page, options) =>
      sdk.billingPortal.configurations.list({ ...page, expand }, options),
    );
    return all.filter((found) => readMark(found)?.namespace === this.namespace);
  }

  /** The account's default configuration; null when the portal settings were never saved. */
  async findDefault(): Promise<Configuration | null> {
    const { data } = await this.stripe.read((sdk, options) =>
      sdk.billingPortal.configurations.list({ is_default: true, expand }, options),
    );
    return data[0] ?? null;
  }

  /** The texts of the feedback options by their ids. One request to Stripe serves all configurations of a page. */
  readFeedbackTexts(): Promise<ReadonlyMap<string, string>> {
    return this.feedbackReads.read('all', async () => {
      const options = await readAll(this.stripe, (sdk, page, requestOptions) =>
        sdk.billing.feedbackOptions.list(page, requestOptions),
      );
      return new Map(options.map(({ id, description }) => [id, description]));
    });
  }

  /**
   * Creates a configuration once, even over concurrent replicas: they share an idempotency key. Stripe replays a
   * key's response for at least a day. If that is a failure or a configuration since deactivated, all replicas use
   * the next key.
   */
  async create(wanted: WantedConfiguration): Promise<Configuration> {
    const params = { ...wanted.content, metadata: createMetadata(wanted, this.namespace) };
    const keys = this.createKeys(params);
    for (const key of keys) {
      try {
        const created = await this.createByKey(params, key);
        if (created.active) return created;
      } catch (error) {
        if (!isReplayed(error) || key === keys.at(-1)) throw error;
        // The failed request may have created it.
        const found = error instanceof StripeUnavailableError && findByHash(await this.list(), wanted.hash);
        if (found && found.active) return found;
      }
    }
    throw new StripeUnavailableError(new Error('Stripe replayed deactivated configurations only'));
  }

  /** After a long outage, Stripe may replay failures for all keys but the last, which is new each minute. */
  private createKeys(params: object): string[] {
    const minute = Math.floor(this.now().getTime() / minuteMs);
    return ['0', '1', '2', `minute-${minute}`].map(
      (generation) => `portal-configuration:${hashContent(params)}:${generation}`,
    );
  }

  private async createByKey(params: CreateParams, key: string): Promise<Configuration> {
    const created = await this.stripe.write(
      (sdk, options) => sdk.billingPortal.configurations.create(params, options),
      key,
    );
    return wasReplayed(created.lastResponse) ? readConfiguration(this.stripe, created.id) : created;
  }

  /** Activates a configuration, and records its use daily, for `prune`. Null when Stripe refuses to make it active again. */
  async keep(found: Configuration, wanted: WantedConfiguration): Promise<Configuration | null> {
    const usedAt = readMark(found)?.usedAt.getTime() ?? 0;
    if (found.active && this.now().getTime() - usedAt < dayMs) return found;
    const metadata = { [metadataKeys.usedAt]: this.now().toISOString() };
    const activation = found.active ? {} : { active: true, login_page: wanted.content.login_page };
    try {
      return await this.update(found.id, { metadata, ...activation });
    } catch (error) {
      // The configuration works even if its use is not recorded.
      if (found.active) return found;
      if (error instanceof StripeRequestRefusedError) return null;
      throw error;
    }
  }

  restore(id: string, { content }: WantedConfiguration): Promise<Configuration> {
    return this.update(id, { ...content });
  }

  deactivate(id: string): Promise<Configuration> {
    return this.update(id, { active: false });
  }

  private update(id: string, params: UpdateParams): Promise<Configuration> {
    return this.stripe.write((sdk, options) => sdk.billingPortal.configurations.update(id, params, options));
  }
}
