import type { Caller } from '../auth/claims.ts';
import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import { BadUserInputError } from '../shared/errors.ts';
import type { WantedConfiguration } from '../configurations/configuration-content.ts';
import { compilePolicy } from '../policies/compile-policy.ts';
import {
  type Configuration,
  getNamedConfiguration,
  readConfiguration,
} from '../configurations/managed-configuration.ts';
import {
  type FeatureChoice,
  hidesFeatures,
  narrow,
  readContent,
} from '../configurations/narrow-configuration.ts';
import type { ConfigurationIdCache } from '../configurations/configuration-id-cache.service.ts';
import type { Policy } from '../policies/policy-set.ts';
import type { PlannedSubscription, PortalPolicies } from '../policies/portal-policies.service.ts';
import { SharedReads } from '../stripe/reads.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import type { OfferedFeatures } from './offered-features.ts';
import { PortalNotConfiguredError } from './portal.errors.ts';

/** The configuration in force: the account's default, one that an administrator names, or a policy's. */
type ConfigurationInForce =
  | { readonly kind: 'default' }
  | { readonly kind: 'named'; readonly configuration: Configuration }
  | { readonly kind: 'policy'; readonly policy: Policy; readonly wanted: WantedConfiguration };

/** What a session will use: the configuration in force, or the part of it that a call does not hide. */
export type ChosenConfiguration = ConfigurationInForce & {
  /** Null when the call hides nothing. */
  readonly narrowed: WantedConfiguration | null;
};

/** What was read already, so that policies need not read it again. */
export interface KnownCustomer {
  readonly mapping: CustomerMapping;
  readonly subscriptions: readonly PlannedSubscription[];
}

export interface ConfigurationChooserParts {
  readonly customers: CustomerDirectory;
  readonly stripe: StripeClient;
  /** Null without a policy file: then the account's default configuration is in force for every user. */
  readonly policies: PortalPolicies | null;
  readonly ids: ConfigurationIdCache;
}

/** Chooses the configuration for a session, and knows what it offers. */
export class ConfigurationChooser {
  private readonly reads = new SharedReads<Configuration>();

  constructor(private readonly parts: ConfigurationChooserParts) {}

  /**
   * @param caller null without a token of the customer's
   * @param choice features that the call hides
   * @throws PortalNotConfiguredError, and the errors of Stripe
   */
  async choose(
    caller: Caller | null,
    mapping: CustomerMapping | null,
    choice: FeatureChoice = {},
  ): Promise<ChosenConfiguration> {
    return this.narrow(await this.findInForce(caller, mapping), choice);
  }

  /** Chooses what an administrator names. @throws BadUserInputError when it does not exist or is not active */
  async chooseNamed(id: string, choice: FeatureChoice = {}): Promise<ChosenConfiguration> {
    const configuration = await getNamedConfiguration(this.parts.stripe, id);
    if (!configuration.active) throw new BadUserInputError('The configuration is not active.');
    return this.narrow({ kind: 'named', configuration }, choice);
  }

  private async findInForce(
    caller: Caller | null,
    mapping: CustomerMapping | null,
    known: readonly PlannedSubscription[] | null = null,
  ): Promise<ConfigurationInForce> {
    if (this.parts.policies === null) return { kind: 'default' };
    const policy = await this.parts.policies.select(caller, mapping, known);
    return { kind: 'policy', policy, wanted: compilePolicy(policy) };
  }

  /** Reads the configuration in force from Stripe each time, so that a session follows its last change. */
  private async narrow(inForce: ConfigurationInForce, choice: FeatureChoice): Promise<ChosenConfiguration> {
    if (!hidesFeatures(choice)) return { ...inForce, narrowed: null };
    const base = readContent(await this.read(inForce));
    const narrowed = narrow(base, choice);
    return { ...inForce, narrowed: narrowed === base ? null : narrowed };
  }

  /** The id for Stripe; null lets Stripe use the account's default. */
  findId(chosen: ChosenConfiguration): Promise<string | null> {
    const wanted = findWanted(chosen);
    if (wanted !== null) return this.parts.ids.getId(wanted);
    return Promise.resolve(chosen.kind === 'named' ? chosen.configuration.id : null);
  }

  /**
   * Forgets an id that Stripe refuses.
   * @param id what `findId` returned
   * @returns whether `findId` may find another
   */
  forget(chosen: ChosenConfiguration, id: Promise<string | null>): boolean {
    const wanted = findWanted(chosen);
    if (wanted !== null) this.parts.ids.forget(wanted, id);
    return wanted !== null;
  }

  async getFeatures(chosen: ChosenConfiguration): Promise<OfferedFeatures> {
    const wanted = findWanted(chosen);
    return wanted === null ? (await this.read(chosen)).features : wanted.content.features;
  }

  /** The configuration that a session of the caller would use. @throws PortalNotConfiguredError, and the errors of Stripe */
  async getInForce(caller: Caller): Promise<Configuration> {
    const inForce = await this.findInForceOf(caller);
    // The default's key is not an id; a policy's is the hash of its content.
    const key = inForce.kind === 'policy' ? inForce.wanted.hash : inForce.kind;
    return inForce.kind === 'named' ? inForce.configuration : this.reads.read(key, () => this.read(inForce));
  }

  /**
   * What the portal offers the caller. A policy's content is known here, and the account's default may be ten minutes
   * old: a page that only shows what is offered asks Stripe for neither each time.
   * @param known the customer's subscriptions, which spare a rule on them the request to Stripe
   * @throws PortalNotConfiguredError, and the errors of Stripe
   */
  async getOffered(caller: Caller, known: KnownCustomer | null = null): Promise<OfferedFeatures> {
    const inForce = await (known === null
      ? this.findInForceOf(caller)
      : this.findInForce(caller, known.mapping, known.subscriptions));
    if (inForce.kind === 'policy') return inForce.wanted.content.features;
    return (await requireDefault(this.parts.ids.getDefault())).features;
  }

  private async findInForceOf(caller: Caller): Promise<ConfigurationInForce> {
    const mapping = this.parts.policies && (await this.parts.customers.findByUserId(caller.userId));
    return this.findInForce(caller, mapping);
  }

  private async read(inForce: ConfigurationInForce): Promise<Configuration> {
    if (inForce.kind === 'default') return this.readDefault();
    if (inForce.kind === 'named') return inForce.configuration;
    const id = this.parts.ids.getId(inForce.wanted);
    const known = await readConfiguration(this.parts.stripe, await id);
    if (known.active) return known;
    this.parts.ids.forget(inForce.wanted, id);
    return readConfiguration(this.parts.stripe, await this.parts.ids.getId(inForce.wanted));
  }

  private readDefault(): Promise<Configuration> {
    return requireDefault(this.parts.ids.readDefault());
  }
}

async function requireDefault(found: Promise<Configuration | null>): Promise<Configuration> {
  const configuration = await found;
  if (configuration === null) throw new PortalNotConfiguredError();
  return configuration;
}

/** What this service makes at Stripe; null for a configuration that Stripe has already. */
function findWanted(chosen: ChosenConfiguration): WantedConfiguration | null {
  return chosen.narrowed ?? (chosen.kind === 'policy' ? chosen.wanted : null);
}
