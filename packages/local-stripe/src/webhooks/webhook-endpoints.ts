import type { Stripe } from 'stripe';
import type { StripeEvent } from '../event-log.ts';
import { createId, createSecret } from '../ids.ts';
import { resourceMissing } from '../stripe-api-error.ts';
import type { NewWebhookEndpoint } from './new-webhook-endpoint.ts';

/** An endpoint as Stripe returns it. Only the answer to its creation contains the secret. */
type WebhookEndpointObject = Omit<Stripe.WebhookEndpoint, 'secret' | 'deleted'>;

/** An endpoint with the values that Stripe does not return. */
export interface RegisteredEndpoint {
  readonly endpoint: WebhookEndpointObject;
  readonly secret: string;
  readonly connect: boolean | null;
}

/** The registered webhook endpoints. */
export class WebhookEndpoints {
  private readonly endpoints = new Map<string, RegisteredEndpoint>();

  constructor(private readonly now: () => number) {}

  add({ url, connect, ...options }: NewWebhookEndpoint): RegisteredEndpoint {
    const endpoint: WebhookEndpointObject = {
      id: createId('we'),
      object: 'webhook_endpoint',
      api_version: options.apiVersion ?? null,
      // Only Connect endpoints belong to an application.
      application: connect === true ? 'ca_local' : null,
      created: this.now(),
      description: options.description ?? null,
      enabled_events: [...(options.enabledEvents ?? ['*'])],
      livemode: false,
      metadata: options.metadata ?? {},
      status: 'enabled',
      url,
    };
    return this.put({
      endpoint,
      secret: options.secret ?? `whsec_${createSecret(32)}`,
      connect: connect ?? null,
    });
  }

  change(id: string, changes: Partial<WebhookEndpointObject>): WebhookEndpointObject {
    const registered = this.get(id);
    return this.put({ ...registered, endpoint: { ...registered.endpoint, ...changes } }).endpoint;
  }

  remove(id: string): void {
    this.get(id);
    this.endpoints.delete(id);
  }

  /** All endpoints, newest first, as Stripe lists them. */
  all(): WebhookEndpointObject[] {
    return [...this.endpoints.values()].map(({ endpoint }) => endpoint).reverse();
  }

  /** @throws StripeApiError 404 */
  get(id: string): RegisteredEndpoint {
    const registered = this.endpoints.get(id);
    if (!registered) throw resourceMissing('webhook endpoint', id, 'webhook_endpoint', 404);
    return registered;
  }

  /** The current endpoint, unless it was deleted or disabled. */
  findEnabled(id: string): RegisteredEndpoint | null {
    const registered = this.endpoints.get(id);
    return registered?.endpoint.status === 'enabled' ? registered : null;
  }

  wanting(event: StripeEvent): RegisteredEndpoint[] {
    return [...this.endpoints.values()].filter(
      ({ endpoint, connect }) =>
        endpoint.status === 'enabled' &&
        (connect ?? event.account !== undefined) === (event.account !== undefined) &&
        endpoint.enabled_events.some((type) => type === '*' || type === event.type),
    );
  }

  dump(): RegisteredEndpoint[] {
    return [...this.endpoints.values()];
  }

  /** Adds the endpoints from before a restart, except for those that have been added again. */
  restore(endpoints: readonly RegisteredEndpoint[]): void {
    const urls = this.all().map(({ url }) => url);
    for (const registered of endpoints) if (!urls.includes(registered.endpoint.url)) this.put(registered);
  }

  private put(registered: RegisteredEndpoint): RegisteredEndpoint {
    this.endpoints.set(registered.endpoint.id, registered);
    return registered;
  }
}
