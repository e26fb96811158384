import { Arg, Authorized, Ctx, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { admin } from '../graphql/schema.ts';
import { PortalFlowInput } from '../portal/portal-flow.inputs.ts';
import { PortalFlowType } from '../portal/portal-flow.ts';
import {
  type CreatedLink,
  type EmailLinks,
  type ListedLink,
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

@ObjectType({
  description: 'An e-mail link. It opens a new session of the Billing Portal when it is used.',
})
export class BillingPortalLink {
  @Field(() => ID, { description: "The link's id, for revoking the link. The id does not reveal the URL." })
  readonly id!: string;

  @Field(() => ID, { description: 'The user that the link is for.' })
  readonly userId!: string;

  @Field(() => String, { description: "Where the portal's return link leads." })
  readonly returnUrl!: string;

  @Field(() => PortalFlowType, {
    nullable: true,
    description: "The task at which the portal opens; null for the portal's home page.",
  })
  readonly flow!: PortalFlowType | null;

  @Field(() => Boolean, { description: 'Whether the link works only once.' })
  readonly singleUse!: boolean;

  @Field(() => Date, { description: 'When the link was created.' })
  readonly createdAt!: Date;

  @Field(() => Date, { description: 'When the link expires.' })
  readonly expiresAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description:
      'When the link was used; null when it was not used, and always null when `singleUse` is false.',
  })
  readonly usedAt!: Date | null;
}

@ObjectType({ description: 'An e-mail link that was just created.' })
export class CreatedBillingPortalLink extends BillingPortalLink {
  @Field(() => String, {
    description:
      'The URL for the e-mail. Only this response contains it. Anyone who has the URL can open the portal: do not store or log it.',
  })
  readonly url!: string;
}
