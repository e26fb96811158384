import { Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { requireRole } from '../auth/claims.ts';
import {
  BillingPortalConfiguration,
  toBillingPortalConfiguration,
} from '../configurations/portal-configuration.types.ts';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { AdminMutation } from '../graphql/schema.ts';
import type { ConfigurationChooser } from './configuration-chooser.service.ts';
import { PortalSession } from './portal-session.ts';
import type { PortalSessions } from './portal-sessions.service.ts';
import { SessionArgs, SupportSessionArgs } from './session.args.ts';

@Resolver()
export class PortalResolver {
  constructor(
    private readonly sessions: PortalSessions,
    private readonly chooser: ConfigurationChooser,
    private readonly adminRole: string,
  ) {}

  @Mutation(() => PortalSession, {
    description: "Opens a session of the Billing Portal for the caller's own customer.",
  })
  createBillingPortalSession(
    @Ctx() context: RequestContext,
    @Args(() => SessionArgs) args: SessionArgs,
  ): Promise<PortalSession> {
    return this.sessions.create(getCaller(context), args);
  }

  @AdminMutation(
    PortalSession,
    "opens a session of the Billing Portal on a customer's behalf. If a rule needs a role or claim of the customer's token, the strictest policy applies.",
  )
  createBillingPortalSessionFor(
    @Ctx() context: RequestContext,
    @Args(() => SupportSessionArgs) args: SupportSessionArgs,
  ): Promise<PortalSession> {
    return this.sessions.createOnBehalf(getCaller(context), args);
  }

  @Query(() => BillingPortalConfiguration, {
    description:
      'The portal configuration that a session of the caller would use. Stripe is asked each time.',
  })
  async billingPortalConfiguration(@Ctx() context: RequestContext): Promise<object> {
    const caller = getCaller(context);
    return toBillingPortalConfiguration(await this.chooser.getInForce(caller), () =>
      requireRole(caller, this.adminRole),
    );
  }
}
