import Stripe from 'stripe';
import type { StripeConfig } from '../config/config.ts';
import { readAll } from '../stripe/reads.ts';
import { StripeClient } from '../stripe/stripe-client.ts';
import { handledEventTypes, webhookPath } from './webhook-event.ts';

/** The URL of the route for Stripe's events, below the service's public address or already complete. */
export function toEndpointUrl(base: URL): string {
  const address = base.href.replace(/\/$/, '');
  return address.endsWith(webhookPath) ? address : `${address}${webhookPath}`;
}

export function findEndpoints(config: StripeConfig, url: string): Promise<Stripe.WebhookEndpoint[]> {
  return asPlatform(config, async (platform) => {
    const all = await readAll(platform, (sdk, page, options) => sdk.webhookEndpoints.list(page, options));
    return all.filter((endpoint) => endpoint.url === url);
  });
}

/** Creates the endpoint; only this answer has its signing secret. @throws BillingError of the Stripe kind */
export function createEndpoint(config: StripeConfig, url: string): Promise<Stripe.WebhookEndpoint> {
  const parameters: Stripe.WebhookEndpointCreateParams = {
    url,
    enabled_events: [...handledEventTypes],
    api_version: Stripe.API_VERSION,
    connect: config.account !== null,
  };
  return asPlatform(config, (platform) =>
    platform.write((sdk, options) => sdk.webhookEndpoints.create(parameters, options)),
  );
}

/** Endpoints belong to the key's own account, so this second client does not send STRIPE_ACCOUNT. */
async function asPlatform<T>(config: StripeConfig, use: (platform: StripeClient) => Promise<T>): Promise<T> {
  const platform = new StripeClient({ ...config, account: null });
  try {
    return await use(platform);
  } finally {
    await platform.close();
  }
}

/** Compares with what `createEndpoint` creates. `losses` are why the service misses events; `others` do no harm. */
export function compareEndpoint(
  { status, livemode, application, enabled_events: sent, api_version: version }: Stripe.WebhookEndpoint,
  config: Pick<StripeConfig, 'livemode' | 'account'>,
): Readonly<Record<'losses' | 'others', readonly string[]>> {
  const missing = sent.includes('*') ? [] : handledEventTypes.filter((type) => !sent.includes(type));
  const surplus = sent.filter((type) => !(handledEventTypes as readonly string[]).includes(type));
  return {
    losses: [
      ...(status === 'enabled' ? [] : [`is ${status}`]),
      ...(livemode === config.livemode ? [] : [`is for ${livemode ? 'live' : 'test'} mode, unlike the key`]),
      ...compareKind(application !== null, config.account),
      ...(missing.length === 0 ? [] : [`does not send ${missing.join(', ')}`]),
    ],
    others: [
      ...(surplus.length === 0 ? [] : [`also sends ${surplus.join(', ')}, which the service ignores`]),
      ...(version === Stripe.API_VERSION
        ? []
        : [`has API version ${version ?? 'of the account'}, not ${Stripe.API_VERSION}`]),
    ],
  };
}

/** A Connect endpoint, which has an application, receives the events of connected accounts only. */
function compareKind(isConnect: boolean, account: string | null): string[] {
  if (isConnect === (account !== null)) return [];
  return account === null
    ? ['receives events of connected accounts only, which are ignored']
    : [`receives no events of ${account}: it is for events on the key's own account, which are ignored`];
}
