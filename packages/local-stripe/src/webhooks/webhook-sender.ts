import { createSignatureHeader } from './webhook-signature.ts';

interface WebhookSenderOptions {
  /** The receivers' clock: real time, even when the local Stripe's own clock was advanced. */
  readonly now: () => Date;
  readonly timeoutMs: number;
}

/** Limits concurrent deliveries: hundreds at once would exhaust the sockets of a receiver. */
const maxConcurrent = 100;

/** Posts signed payloads. */
export class WebhookSender {
  private readonly underWay = new Set<AbortController>();
  private readonly queue: (() => void)[] = [];
  private running = 0;

  constructor(private readonly options: WebhookSenderOptions) {}

  /** Posts a payload. Resolves with whether the receiver answered a 2xx in time. */
  async send(url: string, payload: string, secret: string): Promise<boolean> {
    await this.enter();
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort();
    }, this.options.timeoutMs);
    this.underWay.add(abort);
    try {
      return await this.post(url, payload, secret, abort.signal);
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
      this.underWay.delete(abort);
      this.running -= 1;
      this.queue.shift()?.();
    }
  }

  /** Aborts current deliveries. */
  close(): void {
    for (const abort of this.underWay) abort.abort();
  }

  private async enter(): Promise<void> {
    if (this.running >= maxConcurrent) await new Promise<void>((resolve) => this.queue.push(resolve));
    this.running += 1;
  }

  private async post(url: string, payload: string, secret: string, signal: AbortSignal): Promise<boolean> {
    const timestamp = Math.floor(this.options.now().getTime() / 1000);
    const response = await fetch(url, {
      method: 'POST',
      // Stripe treats a redirect as a failure.
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': createSignatureHeader(payload, secret, timestamp),
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
      body: payload,
      signal,
    });
    await response.arrayBuffer();
    return response.ok;
  }
}
