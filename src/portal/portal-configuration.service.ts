import type { Caller } from '../auth/caller.ts';
import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import { BadUserInputError } from '../errors.ts';
import {
  type FeatureChoice,
  type WantedConfiguration,
  compilePolicy,
} from '../policies/configuration-content.ts';
import { type Configuration, productsPath } from '../policies/managed-configuration.ts';
import type { PolicyConfigurations } from '../policies/policy-configurations.service.ts';
import type { Policy } from '../policies/policy-set.ts';
import type { PortalPolicies } from '../policies/portal-policies.service.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import type { OfferedFeatures } from './offered-features.ts';
import { PortalNotConfiguredError } from './portal.errors.ts';
import { getNamedConfiguration, readStripeConfiguration } from './stripe-configuration.ts';

/** What decides by policies, where a policy file is given. */
interface PolicyParts {
  readonly policies: PortalPolicies;
  readonly configurations: PolicyConfigurations;
}

/** What a session will use: the account's default, what an administrator named, or what a policy compiles to. */
export type ChosenConfiguration =
  | { readonly kind: 'default' }
  | { readonly kind: 'named'; readonly id: string; readonly features: OfferedFeatures }
  | {
      readonly kind: 'policy';
      readonly policy: Policy;
      readonly wanted: WantedConfiguration;
      /** Where its id is known. */
      readonly configurations: PolicyConfigurations;
    };

/** Tells which configuration holds for a customer, and what it offers. */
export class PortalConfigurations {
  constructor(
    private readonly customers: CustomerDirectory,
    private readonly stripe: StripeClient,
    /** Null without a policy file: then the account's default configuration holds for everybody. */
    private readonly parts: PolicyParts | null,
  ) {}

  /**
   * @param caller null where nobody's token is at hand
   * @param choice features that the client hides
   * @throws BadUserInputError when a client hides features and there are no policies to narrow
   */
  async choose(
    caller: Caller | null,
    mapping: CustomerMapping | null,
    choice: FeatureChoice = {},
  ): Promise<ChosenConfiguration> {
    if (this.parts === null) {
      if (!Object.values(choice).includes(false)) return { kind: 'default' };
      throw new BadUserInputError(
        'Features can be hidden only where portal policies are set (PORTAL_POLICIES).',
      );
    }
    const { policies, configurations } = this.parts;
    const policy = await policies.select(caller, mapping);
    return { kind: 'policy', policy, wanted: compilePolicy(policy, choice), configurations };
  }

  /** What an administrator names. @throws BadUserInputError when it is not there, or not active */
  async chooseNamed(id: string): Promise<ChosenConfiguration> {
    const { active, features } = await getNamedConfiguration(this.stripe, id);
    if (!active) throw new BadUserInputError('The configuration is not active.');
    return { kind: 'named', id, features };
  }

  /** The id for Stripe; null lets Stripe use the account's default. */
  findId(chosen: ChosenConfiguration): Promise<string | null> {
    switch (chosen.kind) {
      case 'default':
        return Promise.resolve(null);
      case 'named':
        return Promise.resolve(chosen.id);
      case 'policy':
        return chosen.configurations.getId(chosen.wanted);
    }
  }

  async getFeatures(chosen: ChosenConfiguration): Promise<OfferedFeatures> {
    switch (chosen.kind) {
      case 'default':
        return (await this.getDefault()).features;
      case 'named':
        return chosen.features;
      case 'policy':
        return chosen.wanted.content.features;
    }
  }

  /** The configuration that a session of the caller would use. @throws PortalNotConfiguredError, and the errors of Stripe */
  async getInForce(caller: Caller): Promise<Configuration> {
    if (this.parts === null) return this.getDefault();
    const { policies, configurations } = this.parts;
    const mapping = await this.customers.findByUserId(caller.userId);
    const wanted = compilePolicy(await policies.select(caller, mapping));
    const id = configurations.getId(wanted);
    const known = await readStripeConfiguration(this.stripe, await id);
    if (known.active) return known;
    configurations.forget(wanted, id);
    return readStripeConfiguration(this.stripe, await configurations.getId(wanted));
  }

  private async getDefault(): Promise<Configuration> {
    const { data } = await this.stripe.read((sdk, options) =>
      sdk.billingPortal.configurations.list(
        { is_default: true, active: true, limit: 1, expand: [`data.${productsPath}`] },
        options,
      ),
    );
    const [configuration] = data;
    if (configuration === undefined) throw new PortalNotConfiguredError();
    return configuration;
  }
}
