import { compareEndpoint, findEndpoints, toEndpointUrl } from '../../webhooks/webhook-endpoint.ts';
import type { Check, Deployment, StripeDeployment } from './check.ts';
import { pass, requireVariables, skip, warn } from './check.ts';

export function receivesEvents({ values: { STRIPE_WEBHOOK_SECRETS: secrets = [] } }: Deployment): boolean {
  return secrets.length > 0;
}

export const checkWebhookSecrets: Check = (deployment) => {
  const { length } = requireVariables(deployment, 'STRIPE_WEBHOOK_SECRETS').STRIPE_WEBHOOK_SECRETS;
  if (length > 0) return pass(`a webhook secret is set${length > 1 ? `: ${length}, as in a rotation` : ''}`);
  return warn(
    'no webhook secret is set: the service sees a cancellation in the portal only when the app asks',
    'Run billing-portal webhooks create, and set STRIPE_WEBHOOK_SECRETS to the secret that it prints.',
  );
};

export const checkWebhookEndpoint: Check<StripeDeployment> = async ({ values, stripe }) => {
  const { PUBLIC_URL: publicUrl } = values;
  if (publicUrl === undefined)
    return skip('PUBLIC_URL is not set, so the address of the endpoint is unknown');
  const url = toEndpointUrl(publicUrl);
  const endpoints = await findEndpoints(stripe, url);
  const [fewest] = endpoints
    .map((endpoint) => compareEndpoint(endpoint, stripe).losses)
    .sort((a, b) => a.length - b.length);
  if (fewest === undefined)
    return warn(`no endpoint at Stripe points to ${url}`, 'Run billing-portal webhooks create.');
  if (fewest.length === 0) return pass(`Stripe sends every event that the service handles to ${url}`);
  return warn(
    `the endpoint at ${url} ${fewest.join('; ')}`,
    'Change it in the Dashboard (Developers, Webhooks), or delete it there and run billing-portal webhooks create.',
  );
};
