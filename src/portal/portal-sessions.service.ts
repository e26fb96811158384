import type Stripe from 'stripe';
import type { Caller } from '../auth/claims.ts';
import type { FeatureChoice } from '../configurations/narrow-configuration.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import type { OwnCustomers } from '../customers/customer-creation.service.ts';
import type { Policy } from '../policies/policy-set.ts';
import type { ReturnUrls } from '../return-urls/return-urls.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError, isMissing } from '../stripe/stripe.errors.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { toOutcome } from '../telemetry/telemetry.ts';
import type { ChosenConfiguration, ConfigurationChooser } from './configuration-chooser.service.ts';
import type { PortalFlow } from './portal-flow.ts';
import type { PortalFlows } from './portal-flows.service.ts';
import { getPortalLocale } from './portal-locale.ts';
import { type AskedSession, type PortalSession, readSession } from './portal-session.ts';
import { FlowNotAllowedError, PortalNotConfiguredError } from './portal.errors.ts';

export interface PortalSessionRequest {
  readonly returnUrl: string;
  /** A BCP 47 tag; Stripe decides by the customer and the browser when it is left out. */
  readonly locale?: string | undefined;
  /** A task to open the portal at. */
  readonly flow?: PortalFlow | undefined;
  /** Features to hide. */
  readonly features?: FeatureChoice | undefined;
}

type SessionParams = Stripe.BillingPortal.SessionCreateParams;
type CheckedParams = Pick<SessionParams, 'locale'> & Required<Pick<SessionParams, 'return_url'>>;

export interface PortalSessionsParts {
  readonly customers: OwnCustomers;
  readonly returnUrls: ReturnUrls;
  readonly chooser: ConfigurationChooser;
  readonly flows: PortalFlows;
  readonly stripe: StripeClient;
  /** The key's mode, and so the mode of every session that is opened with it. */
  readonly livemode: boolean;
  readonly now: () => Date;
  readonly metrics: Pick<Metrics, 'sessionOpened'>;
}

/** Opens portal sessions. */
export class PortalSessions {
  constructor(private readonly parts: PortalSessionsParts) {}

  /**
   * Opens a session for the caller's own customer, which it may create.
   * @throws ReturnUrlNotAllowedError, BadUserInputError, CustomerNotFoundError, CustomerAmbiguousError,
   *   FlowNotAllowedError, PortalNotConfiguredError, and the errors of Stripe and the store
   */
  create(caller: Caller, request: PortalSessionRequest): Promise<PortalSession> {
    return countSession(this.parts.metrics, async (attempt) => {
      const checked = this.check(request);
      const mapping = await this.parts.customers.get(caller);
      attempt.chosen = await this.parts.chooser.choose(caller, mapping, request.features);
      return await this.openAs(mapping, checked, request.flow, attempt.chosen);
    });
  }

  /**
   * Opens a session on a customer's behalf: with a named configuration, or with the policy that applies
   * without a token of the customer.
   * @throws what `create` does, and BadUserInputError for a configuration that cannot be used
   */
  createFor(
    mapping: CustomerMapping,
    request: PortalSessionRequest,
    configurationId: string | undefined,
  ): Promise<PortalSession> {
    return countSession(this.parts.metrics, async (attempt) => {
      const checked = this.check(request);
      attempt.chosen = await (configurationId === undefined
        ? this.parts.chooser.choose(null, mapping, request.features)
        : this.parts.chooser.chooseNamed(configurationId, request.features));
      return await this.openAs(mapping, checked, request.flow, attempt.chosen);
    });
  }

  /** Refuses bad input before any request to the store or to Stripe. */
  private check({ returnUrl, locale, flow }: PortalSessionRequest): CheckedParams {
    const return_url = this.parts.returnUrls.getAllowed(returnUrl);
    if (flow !== undefined) this.parts.flows.check(flow);
    return { return_url, ...(locale === undefined ? {} : { locale: getPortalLocale(locale) }) };
  }

  private async openAs(
    { stripeCustomerId: customer }: CustomerMapping,
    checked: CheckedParams,
    flow: PortalFlow | undefined,
    chosen: ChosenConfiguration,
  ): Promise<PortalSession> {
    const flowData = flow === undefined ? {} : { flow_data: await this.compileFlow(flow, customer, chosen) };
    return await this.open(
      { customer, ...checked, ...flowData, ...compileExtras(findPolicy(chosen), this.parts.now()) },
      chosen,
    );
  }

  private async compileFlow(flow: PortalFlow, stripeCustomerId: string, chosen: ChosenConfiguration) {
    const features = await this.parts.chooser.getFeatures(chosen);
    return this.parts.flows.compile(flow, { stripeCustomerId, features, policy: findPolicy(chosen) });
  }

  /** If the configuration was deactivated at Stripe, makes it usable again and tries once more. */
  private async open(
    params: Omit<SessionParams, 'configuration'> & AskedSession,
    chosen: ChosenConfiguration,
    mayTryAgain = true,
  ): Promise<PortalSession> {
    const id = this.parts.chooser.findId(chosen);
    const configuration = await id;
    const whole = configuration === null ? params : { configuration, ...params };
    try {
      const answer = await this.parts.stripe.write((sdk, options) =>
        sdk.billingPortal.sessions.create(whole, options),
      );
      return readSession(answer, whole, this.parts.livemode);
    } catch (error) {
      const isAnother = mayTryAgain && isAboutConfiguration(error) && this.parts.chooser.forget(chosen, id);
      if (!isAnother) throw explain(error);
      return this.open(params, chosen, false);
    }
  }
}

function findPolicy(chosen: ChosenConfiguration): Policy | null {
  return chosen.kind === 'policy' ? chosen.policy : null;
}

/** The session parameters that a policy sets beside the configuration. */
function compileExtras(policy: Policy | null, now: Date): Partial<SessionParams> {
  const { after_expiration: afterExpiration, on_behalf_of } = policy ?? {};
  const hours = afterExpiration?.customer_login.expires_after_hours;
  const expires_at = Math.floor(now.getTime() / 1000) + (hours ?? 0) * 3600;
  return {
    ...(on_behalf_of === undefined ? {} : { on_behalf_of }),
    ...(hours === undefined
      ? {}
      : { after_expiration: { type: 'customer_login', customer_login: { expires_at } } }),
  };
}

/** Which parameter Stripe names when a configuration is inactive, or is gone, is not documented. */
function isAboutConfiguration(error: unknown): boolean {
  if (!(error instanceof StripeRequestRefusedError)) return false;
  return error.param === 'configuration' || /\bconfiguration\b.*\b(in)?active\b/i.test(error.stripeMessage);
}

/** Translates refusals by Stripe that the caller can act on. */
function explain(error: unknown): unknown {
  if (isMissing(error, 'customer')) return new CustomerGoneError();
  if (isWithoutConfiguration(error)) return new PortalNotConfiguredError();
  return error instanceof StripeRequestRefusedError && isAboutTask(error)
    ? new FlowNotAllowedError(
        'NOT_KNOWN',
        'The portal cannot open this task for the subscription as it is now.',
        error,
      )
    : error;
}

/** Parameters that the caller chose: the subscription or its item. The policy sets all others. */
const taskParam = /^flow_data\[subscription_\w+\](\[subscription\]|\[items\].*)?$/;

/** Stripe does not document every reason for which the portal cannot change a subscription. */
function isAboutTask({ param, stripeMessage }: StripeRequestRefusedError): boolean {
  return param === undefined ? stripeMessage.startsWith('This subscription ') : taskParam.test(param);
}

/** Stripe gives this refusal no code of its own. */
function isWithoutConfiguration(error: unknown): boolean {
  return (
    error instanceof StripeRequestRefusedError && error.stripeMessage.startsWith('No configuration provided')
  );
}

/** Filled while a session is opened, for the metrics. */
interface SessionAttempt {
  chosen?: ChosenConfiguration;
}

/** Counts a success or failure, labelled with the policy if one was already chosen. */
export async function countSession<T>(
  metrics: Pick<Metrics, 'sessionOpened'>,
  open: (attempt: SessionAttempt) => Promise<T>,
): Promise<T> {
  const attempt: SessionAttempt = {};
  try {
    const session = await open(attempt);
    metrics.sessionOpened(namePolicy(attempt), 'OK');
    return session;
  } catch (error) {
    metrics.sessionOpened(namePolicy(attempt), toOutcome(error));
    throw error;
  }
}

/** No policy's own name has parentheses. */
function namePolicy({ chosen }: SessionAttempt): string {
  switch (chosen?.kind) {
    case undefined:
      return '(none)';
    case 'default':
      return '(stripe default)';
    case 'named':
      return '(named)';
    case 'policy':
      return chosen.policy.name;
  }
}
