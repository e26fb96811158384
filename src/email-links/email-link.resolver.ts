import { Arg, Authorized, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import { PortalFlowInput } from '../portal/portal-flow.inputs.ts';
import { BillingPortalLink, CreatedBillingPortalLink } from './email-link.types.ts';
import {
  type CreatedLink,
  type ListedLink,
  type EmailLinks,
  defaultLifeSeconds,
} from './email-links.service.ts';

@Resolver()
export class EmailLinkResolver {
  constructor(private readonly links: EmailLinks) {}

  @Authorized(admin)
  @Mutation(() => CreatedBillingPortalLink, {
    description:
      "For administrators: creates an e-mail link that opens the portal for a user and works for days. When the link is used, the service checks the user's customer, the return URL and the policy again.",
  })
  async createBillingPortalLink(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: 'The user that the link is for.' })
    userId: string,
    @Arg('returnUrl', () => String, {
      description: "Where the portal's return link leads: an absolute URL within the allowed return URLs.",
    })
    returnUrl: string,
    @Arg('expiresIn', () => Int, {
      defaultValue: defaultLifeSeconds,
      description: 'How many seconds the link works: from 60 (a minute) to 2592000 (30 days).',
    })
    expiresIn: number,
    @Arg('flow', () => PortalFlowInput, {
      nullable: true,
      description: 'A task to open the portal at, in place of its home page.',
    })
    flow: PortalFlowInput | null,
    @Arg('singleUse', () => Boolean, {
      defaultValue: true,
      description: 'Whether the link works only once.',
    })
    singleUse: boolean,
  ): Promise<CreatedBillingPortalLink> {
    const request = { userId, returnUrl, expiresIn, flow: flow ?? undefined, singleUse };
    return toCreatedLink(await this.links.create(getCaller(context), request));
  }

  @Authorized(admin)
  @Query(() => [BillingPortalLink], {
    description:
      "For administrators: lists a user's e-mail links, newest first. A link is listed until 30 days after it expires; revoked links are not listed.",
  })
  async billingPortalLinks(
    @Arg('userId', () => ID, { description: "The user's id." })
    userId: string,
  ): Promise<BillingPortalLink[]> {
    return (await this.links.list(userId)).map(toBillingPortalLink);
  }

  @Authorized(admin)
  @Mutation(() => Boolean, {
    description:
      'For administrators: revokes an e-mail link. Returns false when the link was already used, expired or revoked, or never existed.',
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
    description:
      "For administrators: revokes all of a user's e-mail links that still work, and returns their number.",
  })
  revokeBillingPortalLinks(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: "The user's id." })
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
