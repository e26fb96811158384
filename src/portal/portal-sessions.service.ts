import type Stripe from 'stripe';
import type { Caller } from '../auth/claims.ts';
import type { FeatureName } from '../configurations/configuration-features.schema.ts';
import { listHidden } from '../configurations/narrow-configuration.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';
import { CustomerGoneError, CustomerNotFoundError } from '../customers/customer.errors.ts';
import type { Policy } from '../policies/policy-set.ts';
import { toOutcome } from '../telemetry/telemetry.ts';
import type {
  ChosenConfiguration,
  ConfigurationChooser,
  PortalParts,
} from './configuration-chooser.service.ts';
import type { PortalFlow } from './portal-flow.types.ts';
import type { PortalFlows } from './portal-flows.service.ts';
import { getPortalLocale } from './portal-locale.ts';
import { type AskedSession, type PortalSession, readSession } from './portal-session.ts';
import { explain, isAboutConfiguration } from './portal.errors.ts';
import type { SessionArgs, SupportSessionArgs } from './session.args.ts';

type SessionParams = Stripe.BillingPortal.SessionCreateParams;
type CheckedParams = Pick<SessionParams, 'locale'> & Required<Pick<SessionParams, 'return_url'>>;

interface PortalSessionsParts extends PortalParts {
  readonly chooser: ConfigurationChooser;
  readonly flows: PortalFlows;
  /** The key's mode, and so the mode of every session that is opened with it. */
  readonly livemode: boolean;
}

export class PortalSessions {
  constructor(private readonly parts: PortalSessionsParts) {}

  /** Opens a session for the caller's own customer, which it may create. @throws ReturnUrlNotAllowedError, FlowNotAllowedError, PortalNotConfiguredError */
  create(caller: Caller, args: SessionArgs): Promise<PortalSession> {
    return this.openChosen(args, async (hidden) => {
      const mapping = await this.parts.customers.ownCustomers.get(caller);
      return [mapping, await this.parts.chooser.choose(caller, mapping, hidden)];
    });
  }

  /** Opens a session with a named configuration, or with the policy that applies without a token of the customer. */
  createFor(mapping: CustomerMapping, args: Omit<SupportSessionArgs, 'userId'>): Promise<PortalSession> {
    const { chooser } = this.parts;
    const { configurationId } = args;
    return this.openChosen(args, async (hidden) => {
      const chosen = await (typeof configurationId === 'string'
        ? chooser.chooseNamed(configurationId, hidden)
        : chooser.choose(null, mapping, hidden));
      return [mapping, chosen];
    });
  }

  createOnBehalf(actor: Caller, args: SupportSessionArgs): Promise<PortalSession> {
    const { customers, audit } = this.parts;
    const { userId, configurationId, flow } = args;
    const details = { configurationId: configurationId ?? undefined, flow: flow?.type };
    const intent = { actor, action: 'create_portal_session', userId, details } as const;
    return audit.record(intent, async (operation) => {
      const mapping = await customers.directory.findByUserId(userId);
      if (mapping === null) throw new CustomerNotFoundError('This user is not linked to a customer.');
      operation.aimAt(mapping.stripeCustomerId);
      try {
        return await this.createFor(mapping, args);
      } catch (error) {
        if (!(error instanceof CustomerGoneError)) throw error;
        throw new CustomerNotFoundError('Stripe no longer has the customer who is linked to this user.');
      }
    });
  }

  private async openChosen(
    args: SessionArgs,
    choose: (hidden: readonly FeatureName[]) => Promise<[CustomerMapping, ChosenConfiguration]>,
  ): Promise<PortalSession> {
    let policy = '(none)';
    try {
      const checked = this.check(args);
      const [mapping, chosen] = await choose(args.features ? listHidden(args.features) : []);
      // No policy's own name has parentheses.
      policy = chosen.policy?.name ?? (chosen.named === null ? '(stripe default)' : '(named)');
      const params = await this.compile(args.flow ?? null, mapping.stripeCustomerId, chosen);
      const session = await this.open({ ...checked, ...params }, chosen);
      this.parts.telemetry.metrics?.sessions.inc({ policy, outcome: 'OK' });
      return session;
    } catch (error) {
      this.parts.telemetry.metrics?.sessions.inc({ policy, outcome: toOutcome(error) });
      throw error;
    }
  }

  /** Refuses bad input before any request to the store or to Stripe. @throws ReturnUrlNotAllowedError, BadUserInputError */
  check({ returnUrl, locale, flow }: SessionArgs): CheckedParams {
    const return_url = this.parts.returnUrls.getAllowed(returnUrl);
    if (flow) this.parts.flows.check(flow);
    return { return_url, locale: getPortalLocale(locale ?? '') ?? undefined };
  }

  private async compile(
    flow: PortalFlow | null,
    customer: string,
    chosen: ChosenConfiguration,
  ): Promise<SessionParams & AskedSession> {
    const { policy } = chosen;
    const extras = compileExtras(policy, this.parts.now());
    if (flow === null) return { customer, ...extras };
    const features = await this.parts.chooser.getFeatures(chosen);
    const flow_data = await this.parts.flows.compile(flow, { stripeCustomerId: customer, features, policy });
    return { customer, flow_data, ...extras };
  }

  /** If the configuration was deactivated at Stripe, makes it usable again and tries once more. */
  private async open(
    params: SessionParams & AskedSession,
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

/** The session parameters that a policy sets beside the configuration. */
function compileExtras(policy: Policy | null, now: Date): Partial<SessionParams> {
  const { after_expiration: afterExpiration, on_behalf_of } = policy ?? {};
  if (afterExpiration === undefined) return { on_behalf_of };
  const hours = afterExpiration.customer_login.expires_after_hours;
  const expires_at = Math.floor(now.getTime() / 1000) + hours * 3600;
  return { on_behalf_of, after_expiration: { type: 'customer_login', customer_login: { expires_at } } };
}
