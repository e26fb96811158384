import type Stripe from 'stripe';
import type { Caller } from '../auth/caller.ts';
import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import { BadUserInputError } from '../errors.ts';
import {
  type FeatureChoice,
  type WantedConfiguration,
  compilePolicy,
} from '../policies/configuration-content.ts';
import type { PolicyConfigurations } from '../policies/policy-configurations.service.ts';
import type { Policy } from '../policies/policy-set.ts';
import type { PortalPolicies } from '../policies/portal-policies.service.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import type { OfferedFeatures } from './offered-features.ts';
import { PortalNotConfiguredError } from './portal.errors.ts';

type Configuration = Stripe.BillingPortal.Configuration;

/** What decides by policies, where a policy file is given. */
export interface PolicyParts {
  readonly policies: PortalPolicies;
  readonly configurations: PolicyConfigurations;
}

/** What a session will use: what a policy compiles to, or null for the account's default configuration. */
export type ChosenConfiguration = (WantedConfiguration & { readonly policy: Policy }) | null;

/** Stripe leaves the products out of its answers unless they are asked for. */
const products = 'features.subscription_update.products';

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
      if (!Object.values(choice).includes(false)) return null;
      throw new BadUserInputError(
        'Features can be hidden only where portal policies are set (PORTAL_POLICIES).',
      );
    }
    const policy = await this.parts.policies.select(caller, mapping);
    return { policy, ...compilePolicy(policy, choice) };
  }

  /** The id for Stripe; undefined lets Stripe use the account's default. */
  getId(chosen: ChosenConfiguration): Promise<string | undefined> {
    return chosen === null || this.parts === null
      ? Promise.resolve(undefined)
      : this.parts.configurations.getId(chosen);
  }

  /**
   * Stripe refused what was chosen: somebody has deactivated it, and the next `getId` looks again.
   * @param id what `getId` gave
   */
  forget(chosen: ChosenConfiguration, id: Promise<string | undefined>): void {
    if (chosen !== null) this.parts?.configurations.forget(chosen, id);
  }

  async getFeatures(chosen: ChosenConfiguration): Promise<OfferedFeatures> {
    return chosen === null ? (await this.getDefault()).features : chosen.content.features;
  }

  /** The configuration that a session of the caller would use. @throws PortalNotConfiguredError, and the errors of Stripe */
  async getInForce(caller: Caller): Promise<Configuration> {
    if (this.parts === null) return this.getDefault();
    const { policies, configurations } = this.parts;
    const mapping = await this.customers.findByUserId(caller.userId);
    const wanted = compilePolicy(await policies.select(caller, mapping));
    const id = configurations.getId(wanted);
    const known = await this.retrieve(await id);
    if (known.active) return known;
    configurations.forget(wanted, id);
    return this.retrieve(await configurations.getId(wanted));
  }

  private retrieve(id: string): Promise<Configuration> {
    return this.stripe.read((sdk, options) =>
      sdk.billingPortal.configurations.retrieve(id, { expand: [products] }, options),
    );
  }

  private async getDefault(): Promise<Configuration> {
    const { data } = await this.stripe.read((sdk, options) =>
      sdk.billingPortal.configurations.list(
        { is_default: true, active: true, limit: 1, expand: [`data.${products}`] },
        options,
      ),
    );
    const [configuration] = data;
    if (configuration === undefined) throw new PortalNotConfiguredError();
    return configuration;
  }
}
