import type Stripe from 'stripe';
import type { StripeConfig } from '../../config/config.ts';
import { readAll } from '../../stripe/read-all.ts';
import { StripeClient } from '../../stripe/stripe-client.ts';
import { handledEventTypes, webhookPath } from '../../webhooks/webhook-event.ts';
import {
  type Deployment,
  type Judgement,
  type StripeCheck,
  pass,
  requireVariables,
  skip,
  warn,
} from './check.ts';

export function receivesEvents({ values }: Deployment): boolean {
  return (values.STRIPE_WEBHOOK_SECRETS ?? []).length > 0;
}

export function checkWebhookSecrets(deployment: Deployment): Judgement {
  const { length } = requireVariables(deployment, 'STRIPE_WEBHOOK_SECRETS').STRIPE_WEBHOOK_SECRETS;
  if (length > 0) return pass(`a webhook secret is set${length > 1 ? `: ${length}, as in a rotation` : ''}`);
  return warn(
    'no webhook secret is set: the service sees a cancellation in the portal only when the app asks',
    'Set STRIPE_WEBHOOK_SECRETS to the signing secret of the endpoint that docs/webhooks.md sets up.',
  );
}

/** Whether Stripe sends this service the events that it handles. */
export const checkWebhookEndpoint: StripeCheck = async ({ values, stripe: config }) => {
  const { PUBLIC_URL: publicUrl } = values;
  if (publicUrl === undefined)
    return skip('PUBLIC_URL is not set, so the address of the endpoint is unknown');
  const url = `${publicUrl.href.replace(/\/$/, '')}${webhookPath}`;
  const endpoints = (await listEndpoints(config)).filter(
    (endpoint) => endpoint.url === url && endpoint.status === 'enabled',
  );
  if (endpoints.length === 0)
    return warn(
      `no enabled endpoint at Stripe points to ${url}`,
      'Add it in the Dashboard (Developers, Webhooks), with the events that docs/webhooks.md lists.',
    );
  // A Connect endpoint, which has an application, receives the events of connected accounts only.
  const fitting = endpoints.filter(({ application }) => (application !== null) === (config.account !== null));
  return fitting.length > 0 ? judgeEvents(fitting, url) : warnOfKind(config.account, url);
};

/**
 * Lists the endpoints of the key's own account. The deployment's client sends STRIPE_ACCOUNT with every request, and Stripe
 * would list the connected account's own endpoints, so this client is a second one without that account.
 */
async function listEndpoints(config: StripeConfig): Promise<Stripe.WebhookEndpoint[]> {
  const platform = new StripeClient({ ...config, account: null });
  try {
    return await readAll(platform, (sdk, page, options) => sdk.webhookEndpoints.list(page, options));
  } finally {
    await platform.close();
  }
}

function warnOfKind(account: string | null, url: string): Judgement {
  if (account === null)
    return warn(
      `the endpoint at ${url} receives events of connected accounts only, which are ignored`,
      'Add an endpoint for events on your account, or set STRIPE_ACCOUNT to the connected account.',
    );
  return warn(
    `the endpoint at ${url} receives no events of ${account}: it is for events on the key's own account, which are ignored`,
    'Add an endpoint for events on connected accounts (Connect), and add its secret to STRIPE_WEBHOOK_SECRETS.',
  );
}

function judgeEvents(endpoints: readonly Stripe.WebhookEndpoint[], url: string): Judgement {
  const sent = new Set(endpoints.flatMap((endpoint) => endpoint.enabled_events));
  const missing = sent.has('*') ? [] : handledEventTypes.filter((type) => !sent.has(type));
  if (missing.length === 0) return pass(`Stripe sends every event that the service handles to ${url}`);
  return warn(
    `Stripe does not send ${missing.join(', ')} to ${url}`,
    "Enable these events in the endpoint's settings in the Dashboard (Developers, Webhooks).",
  );
}
