import type Stripe from 'stripe';
import type { Caller } from '../auth/caller.ts';
import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import { BadUserInputError } from '../errors.ts';
import { type FeatureChoice, compilePolicy, hashContent } from '../policies/configuration-content.ts';
import type { PolicyConfigurations, WantedConfiguration } from '../policies/policy-configurations.service.ts';
import type { Policy } from '../policies/policy-file.ts';
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
    const hides = Object.values(choice).includes(false);
    if (this.parts === null) {
      if (hides)
        throw new BadUserInputError(
          'Features can be hidden only where portal policies are set (PORTAL_POLICIES).',
        );
      return null;
    }
    const policy = await this.parts.policies.select(caller, mapping);
    const whole = compilePolicy(policy);
    const content = compilePolicy(policy, choice);
    return { policy, content, narrowed: hides && hashContent(content) !== hashContent(whole) };
  }

  /** The id for Stripe; undefined lets Stripe use the account's default. */
  getId(chosen: ChosenConfiguration): Promise<string | undefined> {
    return chosen === null || this.parts === null
      ? Promise.resolve(undefined)
      : this.parts.configurations.getId(chosen);
  }

  /** Stripe refused what was chosen: somebody has deactivated it, and the next `getId` looks again. */
  forget(chosen: ChosenConfiguration): void {
    if (chosen !== null) this.parts?.configurations.forget(chosen.content);
  }

  async getFeatures(chosen: ChosenConfiguration): Promise<OfferedFeatures> {
    return chosen === null ? (await this.getDefault()).features : chosen.content.features;
  }

  /** The configuration that a session of the caller would use. @throws PortalNotConfiguredError, and the errors of Stripe */
  async getInForce(caller: Caller): Promise<Configuration> {
    const mapping = this.parts === null ? null : await this.customers.findByUserId(caller.userId);
    const id = await this.getId(await this.choose(caller, mapping));
    if (id === undefined) return this.getDefault();
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
