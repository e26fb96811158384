import { listEdits } from './configuration-changes.ts';
import { type Configuration, type WantedConfiguration, findByHash } from './managed-configuration.ts';
import type { StripeConfigurations } from './stripe-configurations.service.ts';

const timeToLiveMs = 10 * 60_000;

/**
 * Finds or creates this service's configurations: one per policy, and one per set of hidden features. Each content is
 * created once per namespace and shared by all sessions, replicas and restarts. Hiding features yields at most 47
 * variants of a configuration: there are six features, and plan changes need payment methods.
 */
export class ConfigurationIdCache {
  private readonly ids = new Map<string, Promise<string>>();
  private readonly lists = new Map<string, Promise<Configuration[]>>();
  private readonly defaults = new Map<string, Promise<Configuration | null>>();
  private readAt = 0;

  constructor(
    private readonly stripe: StripeConfigurations,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** The id of an active configuration with this content. Concurrent calls share one read from Stripe. */
  getId(wanted: WantedConfiguration): Promise<string> {
    this.forgetExpired();
    return this.ids.get(wanted.hash) ?? keep(this.ids, wanted.hash, this.findOrCreate(wanted));
  }

  /** The account's default configuration, as it was at most ten minutes ago; null without one. */
  getDefault(): Promise<Configuration | null> {
    this.forgetExpired();
    return this.defaults.get('default') ?? this.readDefault();
  }

  /** The account's default configuration as it is now; null without one. A failure leaves what `getDefault` keeps. */
  async readDefault(): Promise<Configuration | null> {
    const reading = this.stripe.findDefault();
    const kept = this.defaults.get('default');
    if (kept === undefined) return keep(this.defaults, 'default', reading);
    await reading;
    // Meanwhile the kept one may have expired, or another reading replaced it.
    return this.defaults.get('default') === kept ? keep(this.defaults, 'default', reading) : reading;
  }

  /** Reads the id again next time, since its configuration was deactivated. Of several calls with one `id`, only the first counts. */
  forget({ hash }: WantedConfiguration, id: Promise<string | null>): void {
    if (this.ids.get(hash) !== id) return;
    this.ids.delete(hash);
    this.lists.clear();
  }

  /** Reads every id from Stripe again next time, because a configuration changed there. */
  forgetAll(): void {
    this.ids.clear();
    this.lists.clear();
    this.defaults.clear();
  }

  private forgetExpired(): void {
    const now = this.now().getTime();
    const age = now - this.readAt;
    // The age is negative after the clock was set back.
    if (age >= 0 && age < timeToLiveMs) return;
    this.readAt = now;
    this.forgetAll();
  }

  private async findOrCreate(wanted: WantedConfiguration): Promise<string> {
    const own = await (this.lists.get('own') ?? keep(this.lists, 'own', this.stripe.list()));
    const found = findByHash(own, wanted.hash);
    const kept = found && (await this.stripe.keep(found, wanted));
    if (found === null || kept === null) return (await this.stripe.create(wanted)).id;
    // A policy's own configuration stays as an operator has edited it; `policies plan` reports the edits.
    const isEdited = wanted.narrowedFrom !== null && listEdits(found, wanted.content).length > 0;
    if (isEdited) await this.stripe.restore(kept.id, wanted);
    return kept.id;
  }
}

/** Keeps what is being read, unless it fails or is null: the next call reads again. */
function keep<T>(kept: Map<string, Promise<T>>, key: string, reading: Promise<T>): Promise<T> {
  kept.set(key, reading);
  const forget = (): void => {
    if (kept.get(key) === reading) kept.delete(key);
  };
  reading.then((value) => value ?? forget(), forget);
  return reading;
}
