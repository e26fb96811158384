import { Args, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import type { ConfigurationChooser } from './configuration-chooser.service.ts';
import {
  BillingPortalConfiguration,
  toBillingPortalConfiguration,
} from '../configurations/portal-configuration.types.ts';
import type { PortalSession } from './portal-session.ts';
import type { PortalSessions } from './portal-sessions.service.ts';
import { BillingPortalSession } from './portal-session.types.ts';
import { SessionArgs, toSessionRequest } from './session.args.ts';

@Resolver()
export class PortalResolver {
  constructor(
    private readonly sessions: PortalSessions,
    private readonly chooser: ConfigurationChooser,
  ) {}

  @Authorized()
  @Mutation(() => BillingPortalSession, {
    description: "Opens a session of the Billing Portal for the caller's own customer.",
  })
  createBillingPortalSession(
    @Ctx() context: RequestContext,
    @Args(() => SessionArgs) args: SessionArgs,
  ): Promise<PortalSession> {
    return this.sessions.create(getCaller(context), toSessionRequest(args));
  }

  @Authorized()
  @Query(() => BillingPortalConfiguration, {
    description: 'The portal configuration that a session of the caller would use.',
  })
  async billingPortalConfiguration(@Ctx() context: RequestContext): Promise<BillingPortalConfiguration> {
    return toBillingPortalConfiguration(await this.chooser.getInForce(getCaller(context)));
  }
}
