import type { Caller } from '../auth/claims.ts';
import type { FeatureName } from '../configurations/configuration-features.schema.ts';
import {
  type Configuration,
  type WantedConfiguration,
  getNamedConfiguration,
  readConfiguration,
} from '../configurations/managed-configuration.ts';
import { narrow, readContent } from '../configurations/narrow-configuration.ts';
import type { Configurations } from '../configurations/create-configurations.ts';
import type { Customers } from '../customers/create-customers.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';
import type { Platform } from '../platform.ts';
import type { Policy } from '../policies/policy-set.ts';
import type { PlannedSubscription, PortalPolicies } from '../policies/portal-policies.service.ts';
import type { ReturnUrls } from '../return-urls/return-urls.ts';
import { BadUserInputError } from '../shared/errors.ts';
import { SharedReads } from '../stripe/reads.ts';
import type { OfferedFeatures } from './offered-features.ts';
import { PortalNotConfiguredError } from './portal.errors.ts';

/** What a session will use: the account's default configuration, one that an administrator names, or a policy's. */
export interface ChosenConfiguration {
  readonly policy: Policy | null;
  readonly named: Configuration | null;
  /** What this service makes at Stripe: a policy's configuration, or the part that a call does not hide. */
  readonly wanted: WantedConfiguration | null;
}

/** What was read already, so that policies need not read it again. */
interface KnownCustomer {
  readonly mapping: CustomerMapping;
  readonly subscriptions: readonly PlannedSubscription[];
}

/** What the classes of the portal share. */
export interface PortalParts extends Pick<Platform, 'stripe' | 'audit' | 'now' | 'telemetry'> {
  readonly customers: Customers;
  readonly returnUrls: ReturnUrls;
  readonly configurations: Configurations;
  /** Null without a policy file: then the account's default configuration is in force for every user. */
  readonly policies: PortalPolicies | null;
}

export class ConfigurationChooser {
  private readonly reads = new SharedReads<Configuration>();

  constructor(private readonly parts: PortalParts) {}

  /** @param caller null without a token of the customer's. @throws PortalNotConfiguredError, and the errors of Stripe */
  async choose(
    caller: Caller | null,
    mapping: CustomerMapping,
    hidden: readonly FeatureName[],
  ): Promise<ChosenConfiguration> {
    return this.narrow(await this.findInForce(caller, mapping), hidden);
  }

  /** Chooses what an administrator names. @throws BadUserInputError when it does not exist or is not active */
  async chooseNamed(id: string, hidden: readonly FeatureName[]): Promise<ChosenConfiguration> {
    const configuration = await getNamedConfiguration(this.parts.stripe, id);
    if (!configuration.active) throw new BadUserInputError('The configuration is not active.');
    return this.narrow({ policy: null, named: configuration, wanted: null }, hidden);
  }

  /** The id for Stripe; null lets Stripe use the account's default. */
  findId({ named, wanted }: ChosenConfiguration): Promise<string | null> {
    return wanted === null ? Promise.resolve(named?.id ?? null) : this.parts.configurations.ids.getId(wanted);
  }

  /** Forgets an id of `findId` that Stripe refuses. @returns whether `findId` may find another */
  forget({ wanted }: ChosenConfiguration, id: Promise<string | null>): boolean {
    if (wanted !== null) this.parts.configurations.ids.forget(wanted, id);
    return wanted !== null;
  }

  async getFeatures(chosen: ChosenConfiguration): Promise<OfferedFeatures> {
    return chosen.wanted?.content.features ?? (await this.read(chosen)).features;
  }

  /** The configuration that a session of the caller would use. @throws PortalNotConfiguredError, and the errors of Stripe */
  async getInForce(caller: Caller): Promise<Configuration> {
    const mapping = this.parts.policies && (await this.parts.customers.directory.findByUserId(caller.userId));
    const inForce = await this.findInForce(caller, mapping);
    // The default's key is not an id; a policy's is the hash of its content.
    return this.reads.read(inForce.wanted?.hash ?? 'default', () => this.read(inForce));
  }

  /** What the portal offers the caller. It rarely asks Stripe: a policy's content is known, and the default may be ten minutes old. */
  async getOffered(caller: Caller, { mapping, subscriptions }: KnownCustomer): Promise<OfferedFeatures> {
    const { wanted } = await this.findInForce(caller, mapping, subscriptions);
    const { ids } = this.parts.configurations;
    return wanted?.content.features ?? (await requireDefault(ids.getDefault())).features;
  }

  private async findInForce(
    caller: Caller | null,
    mapping: CustomerMapping | null,
    known: readonly PlannedSubscription[] | null = null,
  ): Promise<ChosenConfiguration> {
    if (this.parts.policies === null) return { policy: null, named: null, wanted: null };
    const policy = await this.parts.policies.select(caller, mapping, known);
    return { policy, named: null, wanted: policy.compiled };
  }

  /** Reads the configuration from Stripe each time, so that a session follows its last change. */
  private async narrow(
    whole: ChosenConfiguration,
    hidden: readonly FeatureName[],
  ): Promise<ChosenConfiguration> {
    if (hidden.length === 0) return whole;
    const base = readContent(await this.read(whole));
    const narrowed = narrow(base, hidden);
    return narrowed === base ? whole : { ...whole, wanted: narrowed };
  }

  private async read({ named, wanted }: ChosenConfiguration): Promise<Configuration> {
    const { ids } = this.parts.configurations;
    if (named !== null) return named;
    if (wanted === null) return requireDefault(ids.readDefault());
    const id = ids.getId(wanted);
    const known = await readConfiguration(this.parts.stripe, await id);
    if (known.active) return known;
    ids.forget(wanted, id);
    return readConfiguration(this.parts.stripe, await ids.getId(wanted));
  }
}

async function requireDefault(found: Promise<Configuration | null>): Promise<Configuration> {
  const configuration = await found;
  if (configuration === null)
    throw new PortalNotConfiguredError(new Error('Stripe lists no default portal configuration'));
  return configuration;
}
