import { fileURLToPath } from 'node:url';
import { createSessionMutation } from '../helpers/operations.ts';
import { returnUrl } from '../helpers/test-app.ts';
import { createEvent, toBody } from '../webhooks/webhook-kit.ts';
import { type Scrape, type WatchedApp, createWatchedApp } from './watched-app.ts';

export const examplePolicies = fileURLToPath(new URL('../../examples/policies.yaml', import.meta.url));

/** Nothing of a person's may be seen from outside. */
export const person = { userId: 'user_planted_7', email: 'planted@example.com' };

export interface BusyApp {
  readonly app: WatchedApp;
  readonly customerId: string;
  /** Portal session URLs that were given out. */
  readonly urls: readonly string[];
  readonly scrape: Scrape;
}

/** A service that was asked for a little of everything, and what its metrics were then. */
export async function createBusyApp(): Promise<BusyApp> {
  const app = await createWatchedApp({ PORTAL_POLICIES: examplePolicies });
  const customer = await app.sdk.customers.create({ email: person.email });
  await app.link(person.userId, customer.id);
  const urls = await openSessions(app);
  await deliverEvents(app, { ...customer });
  await app.fetch(`/nowhere/${person.userId}`);
  return { app, customerId: customer.id, urls, scrape: await app.scrape() };
}

async function openSessions(app: WatchedApp): Promise<string[]> {
  const open = async (token?: string) =>
    app.execute({
      document: createSessionMutation,
      variables: { returnUrl },
      ...(token === undefined ? {} : { token }),
    });
  const token = await app.createToken(person);
  const answers = [await open(token), await open(token)];
  await open(await app.createToken({ userId: 'unlinked' }));
  await open();
  const visit = await app.fetch(`/billing-portal?${new URLSearchParams({ returnUrl }).toString()}`, {
    token,
  });
  const urls = answers.map((answer) => answer.expectData().createBillingPortalSession.url);
  return [...urls, visit.headers.get('location') ?? ''];
}

async function deliverEvents(app: WatchedApp, object: Record<string, unknown>): Promise<void> {
  const event = createEvent('customer.updated', object);
  await app.deliver(event);
  await app.deliver(event);
  await app.deliver(createEvent('customer.updated', {}));
  await app.deliver(createEvent('planted.type', object));
  await app.deliver({ ...event, account: 'acct_planted' });
  await app.deliver({ ...event, livemode: true });
  await app.deliver({ ...event, object: 'v2.core.event' });
  await app.send({ body: toBody(event), signature: null });
}
