import { BadUserInputError } from '../errors.ts';
import type { WantedConfiguration } from './configuration-content.ts';
import type { ConfigurationRegistry } from './configuration-registry.ts';
import { type Configuration, findByHash, readMark } from './managed-configuration.ts';

const timeToLiveMs = 10 * 60_000;
/** Of a policy's features clients can choose in up to 63 ways; this bounds what they can make of each policy. */
export const maxNarrowed = 32;

/**
 * The Stripe configurations that policies compile to. Each is made once for its content and namespace, and
 * then shared: by every session, every replica and every restart.
 */
export class PolicyConfigurations {
  private readonly ids = new Map<string, Promise<string>>();
  private readonly narrowing = new Map<string, string>();
  private own: Promise<Configuration[]> | null = null;
  private until = 0;

  constructor(
    private readonly registry: ConfigurationRegistry,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** The id of an active configuration with this content. Calls at the same time share one look at Stripe. */
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
   * Looks at Stripe again next time: somebody has deactivated what was known.
   * @param id what `getId` gave; of many that meet the same refusal, only the first changes anything
   */
  forget({ hash }: WantedConfiguration, id: Promise<string | null>): void {
    if (this.ids.get(hash) !== id) return;
    this.ids.delete(hash);
    this.own = null;
  }

  /** Looks at Stripe again next time for all: something was changed there. */
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
    const own = this.registry.list();
    this.own = own;
    own.catch(() => {
      if (this.own === own) this.own = null;
    });
    return own;
  }

  private async findOrCreate(wanted: WantedConfiguration): Promise<string> {
    const own = await this.listOwn();
    const found = findByHash(own, wanted.hash);
    if (wanted.narrowedFrom === null || found?.active === true) return this.keepOrCreate(found, wanted, own);
    this.refuseTooMany(own, wanted);
    this.narrowing.set(wanted.hash, wanted.narrowedFrom);
    return this.narrow(wanted, own).finally(() => this.narrowing.delete(wanted.hash));
  }

  /** Looks at Stripe again first: other replicas make them too, and all together are bounded. */
  private async narrow(wanted: WantedConfiguration, known: readonly Configuration[]): Promise<string> {
    // Who looks at the same time shares it.
    if (known === (await this.own)) this.own = null;
    const own = await this.listOwn();
    this.refuseTooMany([...known, ...own], wanted);
    return this.keepOrCreate(findByHash(own, wanted.hash), wanted, own);
  }

  private async keepOrCreate(
    found: Configuration | null,
    wanted: WantedConfiguration,
    own: Configuration[],
  ): Promise<string> {
    const kept = found && (await this.registry.keep(found, wanted));
    const usable = kept ?? (await this.registry.create(wanted));
    if (usable !== found) own.push(usable);
    return usable.id;
  }

  /** Counts what is at Stripe, and what is on its way there. */
  private refuseTooMany(
    own: readonly Configuration[],
    { hash: wanted, narrowedFrom }: WantedConfiguration,
  ): void {
    const active = own.filter((found) => found.active).map(readMark);
    const hashes = active.filter((mark) => mark?.narrowedFrom === narrowedFrom).map((mark) => mark?.hash);
    const coming = [...this.narrowing].filter(([, from]) => from === narrowedFrom).map(([hash]) => hash);
    const others = new Set([...hashes, ...coming]);
    others.delete(wanted);
    if (others.size < maxNarrowed) return;
    throw new BadUserInputError(
      'Too many different choices of features are in use. Use one of those, or leave features out.',
    );
  }
}
