import { Args, Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import type { PortalSession } from './portal-session.ts';
import { BillingPortalSession } from './portal-session.types.ts';
import { SupportSessionArgs, toSessionRequest } from './session.args.ts';
import type { SupportSessions } from './support-sessions.service.ts';

@Resolver()
export class SupportSessionResolver {
  constructor(private readonly sessions: SupportSessions) {}

  @Authorized(admin)
  @Mutation(() => BillingPortalSession, {
    description:
      "For administrators: opens a session of the Billing Portal on a customer's behalf. If a rule needs a role or claim of the customer's token, the strictest policy applies.",
  })
  createBillingPortalSessionFor(
    @Ctx() context: RequestContext,
    @Args(() => SupportSessionArgs) { userId, configurationId, ...args }: SupportSessionArgs,
  ): Promise<PortalSession> {
    return this.sessions.create(getCaller(context), {
      ...toSessionRequest(args),
      userId,
      configurationId: configurationId ?? undefined,
    });
  }
}
