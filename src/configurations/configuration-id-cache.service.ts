import { listEdits } from './configuration-changes.ts';
import type { WantedConfiguration } from './configuration-content.ts';
import type { StripeConfigurations } from './stripe-configurations.service.ts';
import { type Configuration, findByHash, productsPath } from './managed-configuration.ts';

const timeToLiveMs = 10 * 60_000;

/**
 * The Stripe configurations that this service makes: of policies, and of what calls hide of a configuration. Each is
 * made once for its content and namespace, then shared by every session, every replica and every restart. There are
 * at most 47 parts of one configuration, since there are six features and plan changes need payment methods.
 */
export class ConfigurationIdCache {
  private readonly ids = new Map<string, Promise<string>>();
  private own: Promise<Configuration[]> | null = null;
  private until = 0;

  constructor(
    private readonly registry: StripeConfigurations,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** The id of an active configuration with this content. Concurrent calls share one read from Stripe. */
  getId(wanted: WantedConfiguration): Promise<string> {
    this.forgetWhatIsOld();
    const known = this.ids.get(wanted.hash);
    if (known !== undefined) return known;
    const id = this.findOrCreate(wanted);
    this.ids.set(wanted.hash, id);
    id.catch(() => {
      if (this.ids.get(wanted.hash) === id) this.ids.delete(wanted.hash);
    });
    return id;
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
  }

  private forgetWhatIsOld(): void {
    const now = this.now().getTime();
    if (now < this.until) return;
    this.until = now + timeToLiveMs;
    this.forgetAll();
  }

  private listOwn(): Promise<Configuration[]> {
    if (this.own !== null) return this.own;
    const own = this.registry.list({ expand: [`data.${productsPath}`] });
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
    const usable = kept ?? (await this.registry.create(wanted));
    if (usable !== found) own.push(usable);
    return usable.id;
  }

  /** A policy's own configuration stays as an operator has edited it; `policies plan` reports the edits. */
  private async keep(found: Configuration, wanted: WantedConfiguration): Promise<Configuration | null> {
    const kept = await this.registry.keep(found, wanted);
    const isEdited = wanted.narrowedFrom !== null && listEdits(found, wanted.content).length > 0;
    return kept !== null && isEdited ? this.registry.restore(kept.id, wanted) : kept;
  }
}
