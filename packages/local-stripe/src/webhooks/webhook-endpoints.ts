import type { Stripe } from 'stripe';
import type { StripeEvent } from '../event-log.ts';
import { createId, createSecret } from '../ids.ts';
import { resourceMissing } from '../stripe-api-error.ts';

/** An endpoint as Stripe answers it; the secret is in the answer to its creation alone. */
export type WebhookEndpointObject = Omit<Stripe.WebhookEndpoint, 'secret' | 'deleted'>;

export interface NewWebhookEndpoint {
  readonly url: string;
  /** What its events are signed with; default a new one. */
  readonly secret?: string;
  /** Types of events; default every one. */
  readonly enabledEvents?: readonly string[];
  /** Whether it gets the events of connected accounts instead of the key's own; default both. */
  readonly connect?: boolean;
  readonly description?: string | null;
  readonly metadata?: Record<string, string>;
  readonly apiVersion?: string | null;
}

/** An endpoint with what Stripe does not tell about it. */
export interface RegisteredEndpoint {
  readonly endpoint: WebhookEndpointObject;
  readonly secret: string;
  readonly connect: boolean | null;
}

/** Who receives events. */
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

  /** The newest first, as Stripe lists them. */
  all(): WebhookEndpointObject[] {
    return [...this.endpoints.values()].map(({ endpoint }) => endpoint).reverse();
  }

  /** @throws StripeApiError 404 */
  get(id: string): RegisteredEndpoint {
    const registered = this.endpoints.get(id);
    if (!registered) throw resourceMissing('webhook endpoint', id, 'webhook_endpoint', 404);
    return registered;
  }

  /** The endpoint as it is now, unless it was deleted or disabled. */
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

  private put(registered: RegisteredEndpoint): RegisteredEndpoint {
    this.endpoints.set(registered.endpoint.id, registered);
    return registered;
  }
}
