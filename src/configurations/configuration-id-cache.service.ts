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
  private own: Promise<Configuration[]> | null = null;
  private default: Promise<Configuration | null> | null = null;
  private until = 0;

  constructor(
    private readonly stripe: StripeConfigurations,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** The id of an active configuration with this content. Concurrent calls share one read from Stripe. */
  getId(wanted: WantedConfiguration): Promise<string> {
    this.forgetExpired();
    const known = this.ids.get(wanted.hash);
    if (known !== undefined) return known;
    const id = this.findOrCreate(wanted);
    this.ids.set(wanted.hash, id);
    id.catch(() => {
      if (this.ids.get(wanted.hash) === id) this.ids.delete(wanted.hash);
    });
    return id;
  }

  /** The account's default configuration, as it was at most ten minutes ago; null without one. */
  getDefault(): Promise<Configuration | null> {
    this.forgetExpired();
    return this.default ?? this.readDefault();
  }

  /** The account's default configuration as it is now; null without one. */
  readDefault(): Promise<Configuration | null> {
    const found = this.stripe.findDefault();
    this.default = found;
    const forget = (): void => {
      if (this.default === found) this.default = null;
    };
    found.then((configuration) => configuration ?? forget(), forget);
    return found;
  }

  /**
   * Reads the id from Stripe again next time, because the known configuration was deactivated there.
   * @param id what `getId` returned; of several callers with the same refusal, only the first has an effect
   */
  forget({ hash }: WantedConfiguration, id: Promise<string | null>): void {
    if (this.ids.get(hash) !== id) return;
    this.ids.delete(hash);
    this.own = null;
  }

  /** Reads every id from Stripe again next time, because a configuration changed there. */
  forgetAll(): void {
    this.ids.clear();
    this.own = null;
    this.default = null;
  }

  private forgetExpired(): void {
    const now = this.now().getTime();
    if (now < this.until) return;
    this.until = now + timeToLiveMs;
    this.forgetAll();
  }

  private listOwn(): Promise<Configuration[]> {
    if (this.own !== null) return this.own;
    const own = this.stripe.list();
    this.own = own;
    own.catch(() => {
      if (this.own === own) this.own = null;
    });
    return own;
  }

  private async findOrCreate(wanted: WantedConfiguration): Promise<string> {
    const own = await this.listOwn();
    const found = findByHash(own, wanted.hash);
    const kept = found && (await this.keep(found, wanted));
    const usable = kept ?? (await this.stripe.create(wanted));
    if (usable !== found) own.push(usable);
    return usable.id;
  }

  /** A policy's own configuration stays as an operator has edited it; `policies plan` reports the edits. */
  private async keep(found: Configuration, wanted: WantedConfiguration): Promise<Configuration | null> {
    const kept = await this.stripe.keep(found, wanted);
    const isEdited = wanted.narrowedFrom !== null && listEdits(found, wanted.content).length > 0;
    return kept !== null && isEdited ? this.stripe.restore(kept.id, wanted) : kept;
  }
}
