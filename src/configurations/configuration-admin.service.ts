import type Stripe from 'stripe';
import { AuditAction } from '../audit/audit-log.ts';
import type { AuditTrail } from '../audit/audit-trail.service.ts';
import type { Caller } from '../auth/claims.ts';
import { BadUserInputError, BillingError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import { createContent } from './configuration-content.ts';
import type { ConfigurationIdCache } from './configuration-id-cache.service.ts';
import {
  type Configuration,
  getNamedConfiguration,
  productsPath,
  readMark,
} from './managed-configuration.ts';
import { featureNames } from './configuration-features.schema.ts';
import type { StripeCall, StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError } from '../stripe/stripe.errors.ts';
import { type ConfigurationDraft, checkDraft } from './configuration-checks.ts';
import { toInputPath } from './input-path.ts';
import { type BillingPortalConfigurationInput, readConfigurationInput } from './feature-types.ts';
import type { ReturnUrls } from '../return-urls/return-urls.ts';

type UpdateParams = Stripe.BillingPortal.ConfigurationUpdateParams;

export interface ConfigurationAdminParts {
  readonly stripe: StripeClient;
  readonly returnUrls: ReturnUrls;
  readonly audit: AuditTrail;
  readonly ids: Pick<ConfigurationIdCache, 'forgetAll'>;
}

/** Lists and changes the account's portal configurations for administrators. The audit trail records every change. */
export class ConfigurationAdmin {
  constructor(private readonly parts: ConfigurationAdminParts) {}

  /** Lists all configurations of the account, newest first, including those of policies and of other systems. */
  async list({ first, after }: PageRequest): Promise<Page<Configuration>> {
    const page = { limit: first, ...(after === undefined ? {} : { starting_after: after }) };
    try {
      const { data, has_more } = await this.parts.stripe.read((sdk, options) =>
        sdk.billingPortal.configurations.list({ ...page, expand: [`data.${productsPath}`] }, options),
      );
      return { items: data, hasNextPage: has_more };
    } catch (error) {
      if (after === undefined || !(error instanceof StripeRequestRefusedError)) throw error;
      throw new BillingError('BAD_USER_INPUT', '`after` is not a cursor of this list.', { cause: error });
    }
  }

  /** @throws BadUserInputError, ReturnUrlNotAllowedError */
  create(caller: Caller, input: BillingPortalConfigurationInput): Promise<Configuration> {
    const intent = {
      actor: caller,
      action: AuditAction.CREATE_PORTAL_CONFIGURATION,
      details: describeFeatures(input),
    };
    return this.parts.audit.record(intent, async (operation) => {
      const content = createContent(input.name ?? '', checkDraft(this.readDraft(input)));
      const created = await this.write((sdk, options) =>
        sdk.billingPortal.configurations.create({ ...content, expand: [productsPath] }, options),
      );
      operation.aimAt(created.id);
      return created;
    });
  }

  /** @throws BadUserInputError, ReturnUrlNotAllowedError */
  update(caller: Caller, id: string, input: BillingPortalConfigurationInput): Promise<Configuration> {
    const intent = {
      actor: caller,
      action: AuditAction.UPDATE_PORTAL_CONFIGURATION,
      target: id,
      details: describeFeatures(input),
    };
    return this.parts.audit.record(intent, async () => {
      const draft = this.readDraft(input);
      const { features } = await this.getUnmanaged(id);
      checkDraft(draft, features);
      const name = input.name === undefined ? {} : { name: input.name ?? '' };
      return this.updateAt(id, { ...(emptyLists(draft) as UpdateParams), ...name });
    });
  }

  /** @throws BadUserInputError */
  deactivate(caller: Caller, id: string): Promise<Configuration> {
    const intent = { actor: caller, action: AuditAction.DEACTIVATE_PORTAL_CONFIGURATION, target: id };
    return this.parts.audit.record(intent, async () => {
      const { is_default, login_page } = await this.getUnmanaged(id);
      if (is_default)
        throw new BadUserInputError("The account's default configuration cannot be deactivated.");
      if (login_page.enabled)
        throw new BadUserInputError(
          'Customers can still log in with this configuration: disable its login page first.',
        );
      return this.updateAt(id, { active: false });
    });
  }

  /** Sessions can use a deactivated configuration again. @throws BadUserInputError */
  activate(caller: Caller, id: string): Promise<Configuration> {
    const intent = { actor: caller, action: AuditAction.ACTIVATE_PORTAL_CONFIGURATION, target: id };
    return this.parts.audit.record(intent, async () => {
      await this.getUnmanaged(id);
      return this.updateAt(id, { active: true });
    });
  }

  private readDraft(input: BillingPortalConfigurationInput): ConfigurationDraft {
    const draft: ConfigurationDraft = readConfigurationInput(input);
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

  private updateAt(id: string, params: UpdateParams): Promise<Configuration> {
    return this.write((sdk, options) =>
      sdk.billingPortal.configurations.update(id, { ...params, expand: [productsPath] }, options),
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
function emptyLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? '' : value.map(emptyLists);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, emptyLists(inner)]));
}

/** Only Stripe knows some facts, such as which products exist. Its message stays in the log. */
function explain(error: unknown): unknown {
  if (!(error instanceof StripeRequestRefusedError)) return error;
  const what = error.param === undefined ? 'the input' : toInputPath(error.param);
  return new BillingError('BAD_USER_INPUT', `Stripe refused ${what}.`, { cause: error });
}

/** Lists the features that the input enables and disables, for the audit trail. */
function describeFeatures(input: BillingPortalConfigurationInput): Record<string, string | undefined> {
  const { features = {} }: ConfigurationDraft = readConfigurationInput(input);
  const named = (enabled: boolean): string | undefined =>
    featureNames.filter((name) => features[name]?.enabled === enabled).join(', ') || undefined;
  return { enabled: named(true), disabled: named(false) };
}
