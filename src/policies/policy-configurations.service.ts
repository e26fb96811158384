import type Stripe from 'stripe';
import { BadUserInputError } from '../errors.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError, StripeUnavailableError } from '../stripe/stripe.errors.ts';
import { type ConfigurationContent, hashContent } from './configuration-content.ts';

type Configuration = Stripe.BillingPortal.Configuration;

/** What names a configuration of ours in its metadata. */
export const metadataKeys = {
  namespace: 'billing_portal_namespace',
  content: 'billing_portal_content',
  narrowed: 'billing_portal_narrowed',
} as const;

/** A configuration that is wanted: its content, and whether a client narrowed it. */
export interface WantedConfiguration {
  readonly content: ConfigurationContent;
  readonly narrowed: boolean;
}

interface Known {
  readonly id: Promise<string>;
  readonly until: number;
}

const pageSize = 100;
const maxGenerations = 5;
/** Clients choose among 64 combinations for each policy; this bounds what they can make of them. */
export const maxNarrowed = 64;
const timeToLiveMs = 10 * 60_000;

/**
 * The Stripe configurations that policies compile to. Each is made once for its content and namespace, and
 * then shared: by every session, every replica and every restart.
 */
export class PolicyConfigurations {
  private readonly known = new Map<string, Known>();
  private listing: Promise<Configuration[]> | null = null;

  constructor(
    private readonly stripe: StripeClient,
    /** Keeps deployments that share a Stripe account out of each other's way. */
    private readonly namespace: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** The id of an active configuration with this content. */
  getId(wanted: WantedConfiguration): Promise<string> {
    const hash = hashContent(wanted.content);
    const known = this.known.get(hash);
    if (known !== undefined && known.until > this.now().getTime()) return known.id;
    const id = this.findOrCreate(wanted, hash);
    this.known.set(hash, { id, until: this.now().getTime() + timeToLiveMs });
    id.catch(() => this.known.delete(hash));
    return id;
  }

  /** Looks at Stripe again next time: somebody has deactivated what is known. */
  forget(content: ConfigurationContent): void {
    this.known.delete(hashContent(content));
  }

  /** Every configuration of this namespace, active or not. Calls at the same time share one look. */
  listOwn(): Promise<Configuration[]> {
    this.listing ??= this.listAll().finally(() => (this.listing = null));
    return this.listing;
  }

  private async findOrCreate(wanted: WantedConfiguration, hash: string): Promise<string> {
    const own = await this.listOwn();
    const found = findByHash(own, hash);
    if (found === undefined) {
      if (wanted.narrowed) refuseTooMany(own);
      return this.create(wanted, hash, null);
    }
    return found.active || (await this.activate(found.id)) ? found.id : this.create(wanted, hash, found.id);
  }

  /** Stripe's list has no filter by metadata. */
  private async listAll(): Promise<Configuration[]> {
    const own: Configuration[] = [];
    for (let after: string | undefined, more = true; more;) {
      const page = await this.stripe.read((sdk, options) =>
        sdk.billingPortal.configurations.list(
          { limit: pageSize, ...(after === undefined ? {} : { starting_after: after }) },
          options,
        ),
      );
      own.push(...page.data.filter(({ metadata }) => metadata?.[metadataKeys.namespace] === this.namespace));
      after = page.data.at(-1)?.id;
      more = page.has_more && after !== undefined;
    }
    return own;
  }

  /** False when Stripe refuses to make it active again. */
  private async activate(id: string): Promise<boolean> {
    try {
      await this.stripe.write((sdk, options) =>
        sdk.billingPortal.configurations.update(id, { active: true }, options),
      );
      return true;
    } catch (error) {
      if (error instanceof StripeRequestRefusedError) return false;
      throw error;
    }
  }

  /**
   * Replicas that create at the same time use the same idempotency key, and so get the same configuration.
   * A key repeats its answer for a day: where that is a failure, or a configuration that is of no use any
   * more, all go on to the next generation of the key.
   */
  private async create(
    { content, narrowed }: WantedConfiguration,
    hash: string,
    useless: string | null,
  ): Promise<string> {
    const params = { ...content, metadata: this.createMetadata(hash, narrowed) };
    for (let generation = 0; ; generation += 1) {
      const key = [
        'portal-configuration',
        this.namespace,
        hash,
        narrowed ? 'narrowed' : 'whole',
        generation,
      ].join(':');
      try {
        const created = await this.stripe.write(
          (sdk, options) => sdk.billingPortal.configurations.create(params, options),
          key,
        );
        if (created.id !== useless || generation === maxGenerations) return created.id;
      } catch (error) {
        const mayGoOn =
          error instanceof StripeUnavailableError && error.replayed && generation < maxGenerations;
        if (!mayGoOn) throw error;
        // The request that failed may have made it all the same.
        const found = findByHash(await this.listAll(), hash);
        if (found?.active) return found.id;
      }
    }
  }

  private createMetadata(hash: string, narrowed: boolean): Record<string, string> {
    return {
      [metadataKeys.namespace]: this.namespace,
      [metadataKeys.content]: hash,
      ...(narrowed ? { [metadataKeys.narrowed]: 'true' } : {}),
    };
  }
}

/** Of several, every replica chooses the same: an active one first, then the oldest. */
function findByHash(configurations: readonly Configuration[], hash: string): Configuration | undefined {
  return configurations
    .filter(({ metadata }) => metadata?.[metadataKeys.content] === hash)
    .sort(
      (a, b) => Number(b.active) - Number(a.active) || a.created - b.created || (a.id < b.id ? -1 : 1),
    )[0];
}

function refuseTooMany(own: readonly Configuration[]): void {
  const narrowed = own.filter(
    ({ metadata, active }) => active && metadata?.[metadataKeys.narrowed] === 'true',
  );
  if (narrowed.length < maxNarrowed) return;
  throw new BadUserInputError(
    'Too many different choices of features are in use. Use one of those, or leave features out.',
  );
}
