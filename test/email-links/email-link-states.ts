import { linkPath } from '../../src/email-links/email-link-register.ts';
import type { TestApp } from '../helpers/test-app.ts';
import type { LinkKit, LinkedUser } from './email-link-kit.ts';

const day = 24 * 60 * 60_000;
export const sessionsPath = '/v1/billing_portal/sessions';
export const flow = { type: 'PAYMENT_METHOD_UPDATE' } as const;

/** A link, in whatever state it is, and where it is followed. */
export interface Stage {
  readonly user: LinkedUser;
  readonly link: { readonly url: string };
  readonly app?: TestApp;
}

export interface State {
  readonly name: string;
  readonly arrange: (kit: LinkKit) => Promise<Stage>;
  readonly get: number;
  readonly post: number;
  /** How many sessions Stripe is asked for by a POST, tries that fail included. */
  readonly asked: number;
  /** What a second POST is answered, where that is not the same. */
  readonly postAgain?: number;
}

export async function arrangeFresh(kit: LinkKit, request = {}): Promise<Stage> {
  const user = await kit.createUser();
  return { user, link: await kit.create(user, request) };
}

/** Every state that a link can be in when a person follows it. */
export const states: readonly State[] = [
  { name: 'fresh', arrange: arrangeFresh, get: 200, post: 303, asked: 1, postAgain: 410 },
  {
    name: 'fresh, for more than one use',
    arrange: (kit) => arrangeFresh(kit, { singleUse: false }),
    get: 200,
    post: 303,
    asked: 1,
  },
  {
    name: 'fresh, with a task',
    arrange: (kit) => arrangeFresh(kit, { flow }),
    get: 200,
    post: 303,
    asked: 1,
    postAgain: 410,
  },
  {
    name: 'used',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const stage = await arrangeFresh(kit);
      await kit.visit('POST', stage.link);
      return stage;
    },
    get: 410,
    post: 410,
    asked: 0,
  },
  {
    name: 'expired',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const stage = await arrangeFresh(kit, { expiresIn: 86_400 });
      kit.clock.now = new Date(kit.clock.now.getTime() + day);
      return stage;
    },
    get: 410,
    post: 410,
    asked: 0,
  },
  {
    name: 'revoked',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const stage = await arrangeFresh(kit);
      const [link] = await kit.list(stage.user.userId);
      (await kit.revoke(link?.id ?? '')).expectData();
      return stage;
    },
    get: 404,
    post: 404,
    asked: 0,
  },
  {
    name: 'unknown',
    arrange: async (kit: LinkKit): Promise<Stage> => ({
      user: await kit.createUser(),
      link: { url: `${linkPath}/${'a'.repeat(43)}` },
    }),
    get: 404,
    post: 404,
    asked: 0,
  },
  {
    name: 'cut off',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const { user, link } = await arrangeFresh(kit);
      return { user, link: { url: link.url.slice(0, -1) } };
    },
    get: 404,
    post: 404,
    asked: 0,
  },
  {
    name: 'of a user who was unlinked',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const stage = await arrangeFresh(kit);
      await kit.database.customers.unlink(stage.user.userId);
      return stage;
    },
    get: 410,
    post: 410,
    asked: 0,
  },
  {
    name: 'of a user who has another customer now',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const { user, link } = await arrangeFresh(kit);
      const { customers } = kit.database;
      const other = await kit.createUser();
      await customers.unlink(user.userId);
      await customers.unlink(other.userId);
      await customers.link({ userId: user.userId, stripeCustomerId: other.customerId });
      return { user: other, link };
    },
    get: 410,
    post: 410,
    asked: 0,
  },
  {
    name: 'of a customer whom Stripe no longer has',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const stage = await arrangeFresh(kit);
      await kit.stripe.customers.del(stage.user.customerId);
      return stage;
    },
    get: 410,
    post: 410,
    asked: 1,
  },
  {
    name: 'to a return URL that is not allowed any more',
    arrange: async (kit: LinkKit): Promise<Stage> => ({
      ...(await arrangeFresh(kit)),
      app: await kit.deploy({ RETURN_URLS: 'https://elsewhere.example.com' }),
    }),
    get: 410,
    post: 410,
    asked: 0,
  },
  {
    name: 'with a task after which no URL is allowed any more',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const returnUrl = 'https://app.example.com/billing';
      const afterCompletion = { type: 'REDIRECT', returnUrl: 'https://app.example.com/done' };
      return {
        ...(await arrangeFresh(kit, { returnUrl, flow: { ...flow, afterCompletion } })),
        app: await kit.deploy({ RETURN_URLS: returnUrl }),
      };
    },
    get: 410,
    post: 410,
    asked: 0,
  },
  {
    name: 'to a task that the policy does not offer any more',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      const stage = await arrangeFresh(kit, { flow });
      const contractEndsAt = new Date('2099-01-01');
      await kit.database.customers.update(stage.user.userId, { contractEndsAt });
      return stage;
    },
    get: 200,
    post: 403,
    asked: 0,
  },
  {
    name: 'to a task on a subscription that is not there any more',
    arrange: (kit) => arrangeFresh(kit, { flow: { type: 'SUBSCRIPTION_CANCEL' } }),
    get: 200,
    post: 403,
    asked: 0,
  },
  {
    name: 'fresh while Stripe is out',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      await kit.control('POST', 'faults', { path: sessionsPath, method: 'POST', status: '500' });
      return arrangeFresh(kit);
    },
    get: 200,
    post: 503,
    // Stripe repeats a failure that it keeps under the idempotency key.
    asked: 2,
    postAgain: 303,
  },
  {
    name: 'fresh while Stripe refuses the key',
    arrange: async (kit: LinkKit): Promise<Stage> => {
      await kit.control('POST', 'faults', { path: sessionsPath, method: 'POST', status: '401' });
      return arrangeFresh(kit);
    },
    get: 200,
    post: 502,
    asked: 1,
    postAgain: 303,
  },
];
