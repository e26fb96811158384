import type Stripe from 'stripe';
import { readAll } from '../../stripe/read-all.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { handledEventTypes, webhookPath } from '../../webhooks/webhook-event-types.ts';
import type { Deployment } from './deployment.ts';
import { type Judgement, pass, skip, warn } from './finding.ts';

export function receivesEvents({ values }: Deployment): boolean {
  return (values.STRIPE_WEBHOOK_SECRETS ?? []).length > 0;
}

/** Whether events can be received at all. */
export function checkWebhookSecrets({ values }: Deployment): Judgement[] {
  const { STRIPE_WEBHOOK_SECRETS: secrets } = values;
  if (secrets === undefined) return [skip('STRIPE_WEBHOOK_SECRETS cannot be read')];
  if (secrets.length > 0)
    return [
      pass(`a webhook secret is set${secrets.length > 1 ? `: ${secrets.length}, as in a rotation` : ''}`),
    ];
  return [
    warn(
      'no webhook secret is set: a cancellation in the portal is only seen when the app asks',
      'Set STRIPE_WEBHOOK_SECRETS to the signing secret of the endpoint that docs/webhooks.md sets up.',
    ),
  ];
}

/** Whether Stripe sends this service the events that it handles. */
export async function checkWebhookEndpoint(
  stripe: StripeClient,
  { values }: Deployment,
): Promise<Judgement[]> {
  const { PUBLIC_URL: publicUrl, STRIPE_ACCOUNT: account } = values;
  if (publicUrl === undefined) return [skip('PUBLIC_URL is not set, where the endpoint would be')];
  if (account !== undefined)
    return [skip("events of connected accounts come by the platform's own endpoint")];
  const url = `${publicUrl.href.replace(/\/$/, '')}${webhookPath}`;
  const endpoints = await readAll(stripe, (sdk, page, options) => sdk.webhookEndpoints.list(page, options));
  const enabled = endpoints.filter((endpoint) => endpoint.url === url && endpoint.status === 'enabled');
  if (enabled.length === 0) {
    return [
      warn(
        `no enabled endpoint at Stripe points to ${url}`,
        'Add it in the Dashboard (Developers, Webhooks), with the events that docs/webhooks.md lists.',
      ),
    ];
  }
  return [judgeEvents(enabled, url)];
}

function judgeEvents(endpoints: readonly Stripe.WebhookEndpoint[], url: string): Judgement {
  const sent = new Set(endpoints.flatMap((endpoint) => endpoint.enabled_events));
  const missing = sent.has('*') ? [] : handledEventTypes.filter((type) => !sent.has(type));
  if (missing.length === 0) return pass(`Stripe sends every event that is handled to ${url}`);
  return warn(
    `Stripe does not send ${missing.join(', ')} to ${url}`,
    "Enable these events in the endpoint's settings in the Dashboard (Developers, Webhooks).",
  );
}
