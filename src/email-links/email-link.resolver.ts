import { Arg, Ctx, ID, Int, Resolver } from 'type-graphql';
import { type RequestContext, getCaller } from '../graphql/context.ts';
import { AdminMutation, AdminQuery } from '../graphql/schema.ts';
import { OptionalArg, createObjectType, field, nullable } from '../graphql/types.ts';
import { PortalFlow, PortalFlowType } from '../portal/portal-flow.types.ts';
import type { EmailLink } from './email-link-register.ts';
import { type EmailLinks, defaultLifeSeconds } from './email-links.service.ts';

const linkFields = {
  id: field(ID, "The link's id, for revoking the link. The id does not reveal the URL."),
  userId: field(ID, 'The user that the link is for.'),
  returnUrl: field(String, "Where the portal's return link leads."),
  flow: nullable(PortalFlowType, "The task at which the portal opens; null for the portal's home page."),
  singleUse: field(Boolean, 'Whether the link works only once.'),
  createdAt: field(Date, 'When the link was created.'),
  expiresAt: field(Date, 'When the link expires.'),
  usedAt: nullable(
    Date,
    'When the link was used; null when it was not used, and always null when `singleUse` is false.',
  ),
};

type BillingPortalLink = InstanceType<typeof BillingPortalLink>;
const BillingPortalLink = createObjectType(
  'BillingPortalLink',
  'An e-mail link. It opens a new session of the Billing Portal when it is used.',
  linkFields,
);

type CreatedBillingPortalLink = InstanceType<typeof CreatedBillingPortalLink>;
const CreatedBillingPortalLink = createObjectType(
  'CreatedBillingPortalLink',
  'An e-mail link that was just created.',
  {
    ...linkFields,
    url: field(
      String,
      'The URL for the e-mail. Only this response contains it. Anyone who has the URL can open the portal: do not store or log it.',
    ),
  },
);

function toType<Link extends EmailLink>({ flow, ...link }: Link) {
  return { ...link, flow: flow?.type ?? null };
}

@Resolver()
export class EmailLinkResolver {
  constructor(private readonly links: EmailLinks) {}

  @AdminMutation(
    CreatedBillingPortalLink,
    "creates an e-mail link that opens the portal for a user and works for days. When the link is used, the service checks the user's customer, the return URL and the policy again.",
  )
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
    @OptionalArg('flow', PortalFlow, 'A task to open the portal at, in place of its home page.')
    flow: PortalFlow | null | undefined,
    @Arg('singleUse', () => Boolean, {
      defaultValue: true,
      description: 'Whether the link works only once.',
    })
    singleUse: boolean,
  ): Promise<CreatedBillingPortalLink> {
    const request = { userId, returnUrl, expiresIn, flow: flow ?? null, singleUse };
    return toType(await this.links.create(getCaller(context), request));
  }

  @AdminQuery(
    [BillingPortalLink],
    "lists a user's e-mail links, newest first. A link is listed until 30 days after it expires; revoked links are not listed.",
  )
  async billingPortalLinks(
    @Arg('userId', () => ID, { description: "The user's id." }) userId: string,
  ): Promise<BillingPortalLink[]> {
    return (await this.links.list(userId)).map(toType);
  }

  @AdminMutation(
    Boolean,
    'revokes an e-mail link. Returns false when the link was already used, expired or revoked, or never existed.',
  )
  revokeBillingPortalLink(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: "The link's id." }) id: string,
  ): Promise<boolean> {
    return this.links.revoke(getCaller(context), id);
  }

  @AdminMutation(Int, "revokes all of a user's e-mail links that still work, and returns their number.")
  revokeBillingPortalLinks(
    @Ctx() context: RequestContext,
    @Arg('userId', () => ID, { description: "The user's id." }) userId: string,
  ): Promise<number> {
    return this.links.revokeAllOf(getCaller(context), userId);
  }
}
