import type Stripe from 'stripe';
import type { AuditIntent } from '../audit/audit-trail.service.ts';
import type { Caller } from '../auth/claims.ts';
import { cursorFault } from '../graphql/connection.ts';
import type { Platform } from '../platform.ts';
import type { ReturnUrls } from '../return-urls/return-urls.ts';
import { BadUserInputError, BillingError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import type { StripeCall } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError } from '../stripe/stripe.errors.ts';
import { checkDraft } from './configuration-checks.ts';
import { featureNames } from './configuration-features.schema.ts';
import type { ConfigurationIdCache } from './configuration-id-cache.service.ts';
import { type ConfigurationSpec, toInputPath } from './configuration.schema.ts';
import {
  type BillingPortalConfigurationInput,
  readConfigurationInput,
} from './portal-configuration.types.ts';
import {
  type Configuration,
  createContent,
  getNamedConfiguration,
  productsPath,
  readMark,
} from './managed-configuration.ts';

type UpdateParams = Stripe.BillingPortal.ConfigurationUpdateParams;

interface ConfigurationAdminParts extends Pick<Platform, 'stripe' | 'audit'> {
  readonly returnUrls: ReturnUrls;
  readonly ids: Pick<ConfigurationIdCache, 'forgetAll'>;
}

/** Lists and changes the account's portal configurations for administrators. The audit trail records every change. */
export class ConfigurationAdmin {
  constructor(private readonly parts: ConfigurationAdminParts) {}

  /** Lists all configurations of the account, newest first, including those of policies and of other systems. */
  async list({ first, after }: PageRequest): Promise<Page<Configuration>> {
    const params = { limit: first, starting_after: after, expand: [`data.${productsPath}`] };
    try {
      const { data, has_more } = await this.parts.stripe.read((sdk, options) =>
        sdk.billingPortal.configurations.list(params, options),
      );
      return { items: data, hasNextPage: has_more };
    } catch (error) {
      if (after === undefined || !(error instanceof StripeRequestRefusedError)) throw error;
      throw new BillingError('BAD_USER_INPUT', cursorFault, { cause: error });
    }
  }

  create(actor: Caller, input: BillingPortalConfigurationInput): Promise<Configuration> {
    const details = describeFeatures(input);
    const intent = { actor, action: 'create_portal_configuration', details } as const;
    return this.parts.audit.record(intent, async (operation) => {
      const content = createContent(input.name ?? '', checkDraft(this.readDraft(input)));
      const created = await this.write((sdk, options) =>
        sdk.billingPortal.configurations.create({ ...content, expand: [productsPath] }, options),
      );
      operation.aimAt(created.id);
      return created;
    });
  }

  update(actor: Caller, id: string, input: BillingPortalConfigurationInput): Promise<Configuration> {
    const details = describeFeatures(input);
    return this.change({ actor, action: 'update_portal_configuration', target: id, details }, (found) => {
      const draft = this.readDraft(input);
      checkDraft(draft, found.features);
      const name = input.name === undefined ? {} : { name: input.name ?? '' };
      return { ...(emptyLists(draft) as UpdateParams), ...name };
    });
  }

  deactivate(actor: Caller, id: string): Promise<Configuration> {
    return this.change({ actor, action: 'deactivate_portal_configuration', target: id }, (found) => {
      if (found.is_default)
        throw new BadUserInputError("The account's default configuration cannot be deactivated.");
      if (found.login_page.enabled)
        throw new BadUserInputError(
          'Customers can still log in with this configuration: disable its login page first.',
        );
      return { active: false };
    });
  }

  activate(actor: Caller, id: string): Promise<Configuration> {
    return this.change({ actor, action: 'activate_portal_configuration', target: id }, () => ({
      active: true,
    }));
  }

  private change(
    intent: AuditIntent & { readonly target: string },
    findParams: (found: Configuration) => UpdateParams,
  ): Promise<Configuration> {
    return this.parts.audit.record(intent, async () => {
      const params = { ...findParams(await this.getUnmanaged(intent.target)), expand: [productsPath] };
      return this.write((sdk, options) =>
        sdk.billingPortal.configurations.update(intent.target, params, options),
      );
    });
  }

  private readDraft(input: BillingPortalConfigurationInput): ConfigurationSpec {
    const draft = readConfigurationInput(input);
    const { default_return_url: url } = draft;
    return url ? { ...draft, default_return_url: this.parts.returnUrls.getAllowed(url) } : draft;
  }

  private async getUnmanaged(id: string): Promise<Configuration> {
    const found = await getNamedConfiguration(this.parts.stripe, id);
    const mark = readMark(found);
    if (mark === null) return found;
    throw new BadUserInputError(
      mark.policyName === null
        ? 'The service made this configuration for sessions that hide features: change the configuration that they narrow.'
        : `The policy "${mark.policyName}" manages this configuration: change the policy file (PORTAL_POLICIES) instead.`,
    );
  }

  private async write(call: StripeCall<Configuration>): Promise<Configuration> {
    try {
      return await this.parts.stripe.write(call);
    } catch (error) {
      throw explain(error);
    } finally {
      this.parts.ids.forgetAll();
    }
  }
}

/** Stripe clears a list when it receives an empty string. The SDK omits empty lists, so the old list would stay. */
function emptyLists(value: object): unknown {
  const emptyList = (_key: string, inner: unknown): unknown =>
    Array.isArray(inner) && inner.length === 0 ? '' : inner;
  return JSON.parse(JSON.stringify(value, emptyList));
}

/** Only Stripe knows some facts, such as which products exist. Its message stays in the log. */
function explain(error: unknown): unknown {
  if (!(error instanceof StripeRequestRefusedError)) return error;
  const { param } = error.refusal;
  const what = param === undefined ? 'the input' : toInputPath(param);
  return new BillingError('BAD_USER_INPUT', `Stripe refused ${what}.`, { cause: error });
}

/** Lists the features that the input enables and disables, for the audit trail. */
function describeFeatures(input: BillingPortalConfigurationInput): AuditIntent['details'] {
  const { features = {} } = readConfigurationInput(input);
  const named = (enabled: boolean): string | undefined =>
    featureNames.filter((name) => features[name]?.enabled === enabled).join(', ') || undefined;
  return { enabled: named(true), disabled: named(false) };
}
