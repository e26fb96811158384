import { Arg, Authorized, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import { PortalFlowInput } from '../portal/portal-flow.inputs.ts';
import { BillingPortalLink, CreatedBillingPortalLink } from './email-link.types.ts';
import {
  type CreatedLink,
  type ListedLink,
  type PortalLinks,
  defaultLifeSeconds,
} from './email-links.service.ts';

@Resolver()
export class PortalLinkResolver {
  constructor(private readonly links: PortalLinks) {}

  @Authorized(admin)
  @Mutation(() => CreatedBillingPortalLink, {
    description:
      "For administrators: makes a link into a user's billing that can be sent by e-mail and works for days. When it is used, everything is checked again: the user's customer, the return URL, and the policy in force.",
  })
  async createBillingPortalLink(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: 'Whose billing it opens.' })
    userId: string,
    @Arg('returnUrl', () => String, {
      description:
        "Where the portal's link back leads: an absolute URL within the application's allowed return URLs.",
    })
    returnUrl: string,
    @Arg('expiresIn', () => Int, {
      defaultValue: defaultLifeSeconds,
      description: 'For how many seconds it works: a minute (60) to 30 days (2592000).',
    })
    expiresIn: number,
    @Arg('flow', () => PortalFlowInput, {
      nullable: true,
      description: 'A task to open the portal at, in place of its home page.',
    })
    flow: PortalFlowInput | null,
    @Arg('singleUse', () => Boolean, {
      defaultValue: true,
      description: 'Whether it opens the portal only once.',
    })
    singleUse: boolean,
  ): Promise<CreatedBillingPortalLink> {
    const request = { userId, returnUrl, expiresIn, flow: flow ?? undefined, singleUse };
    return toCreatedLink(await this.links.create(getCaller(context), request));
  }

  @Authorized(admin)
  @Query(() => [BillingPortalLink], {
    description:
      "For administrators: a user's links, the newest first, until 30 days after each has expired. Revoked ones are gone.",
  })
  async billingPortalLinks(
    @Arg('userId', () => ID, { description: 'Whose links.' })
    userId: string,
  ): Promise<BillingPortalLink[]> {
    return (await this.links.list(userId)).map(toBillingPortalLink);
  }

  @Authorized(admin)
  @Mutation(() => Boolean, {
    description:
      'For administrators: revokes a link. False when there was nothing to revoke: it was used up, expired or revoked before, or never there.',
  })
  revokeBillingPortalLink(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: "The link's id." })
    id: string,
  ): Promise<boolean> {
    return this.links.revoke(getCaller(context), id);
  }

  @Authorized(admin)
  @Mutation(() => Int, {
    description: 'For administrators: revokes all links of a user that still work, and tells how many.',
  })
  revokeBillingPortalLinks(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: 'Whose links.' })
    userId: string,
  ): Promise<number> {
    return this.links.revokeAllOf(getCaller(context), userId);
  }
}

function toCreatedLink({ flow, ...link }: CreatedLink): CreatedBillingPortalLink {
  return { ...link, flow: flow?.type ?? null };
}

function toBillingPortalLink({ flow, ...link }: ListedLink): BillingPortalLink {
  return { ...link, flow: flow?.type ?? null };
}
