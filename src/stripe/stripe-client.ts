import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import Stripe from 'stripe';
import type { Dispatcher } from 'undici';
import { BillingError } from '../shared/errors.ts';
import { type OutboundProxy, createOutboundAgent } from '../shared/outbound-agent.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { RequestPace } from './request-pace.ts';
import { requireShape } from './stripe-answer.ts';
import { StripeHttpClient } from './stripe-http-client.ts';
import { isReplayed, isTooLarge, readRetryAfter, toBillingError } from './stripe.errors.ts';

export interface StripeClientOptions {
  /** Null in commands that need no key: every call then fails. */
  readonly secretKey: string | null;
  /** The base URL; null for Stripe's own API. */
  readonly apiUrl: URL | null;
  /** The connected account to act on; null for the key's own account. */
  readonly account: string | null;
  readonly proxy?: OutboundProxy;
  /** The overall timeout of one call in milliseconds, including retries. */
  readonly deadlineMs?: number;
  /** How many requests per second each endpoint may get; null or undefined for no limit. */
  readonly requestsPerSecond?: number | null;
  readonly telemetry?: Telemetry;
}

/** One call of the SDK. The options contain the remaining time and a write's idempotency key. */
export type StripeCall<T> = (sdk: Stripe, options: Stripe.RequestOptions) => Promise<T>;

const defaultDeadlineMs = 8_000;
/** Far above the size of any one object. Lists that are larger are read in smaller pages. */
const maxAnswerBytes = 8 * 1024 * 1024;
/** Connections are opened on demand. At 300 ms per response, they carry more sessions than one core can create. */
const maxConnections = 512;
const maxAttempts = 3;
const firstBackoffMs = 150;
/** The first attempt's share of the deadline, so that time is left for a second attempt on another connection. */
const firstShare = 5 / 8;

/**
 * The only way to Stripe. Every call has one deadline, is retried only when that is safe, uses one idempotency key for
 * all attempts, and fails with a BillingError. The deadline and the pace bound how many calls wait while Stripe is down.
 */
export class StripeClient {
  private readonly dispatcher: Dispatcher;
  private readonly sdk: Stripe;

  constructor(private readonly options: StripeClientOptions) {
    const { requestsPerSecond = null, telemetry = new Telemetry() } = options;
    const pace = requestsPerSecond === null ? null : new RequestPace(requestsPerSecond);
    this.dispatcher = createOutboundAgent(options.proxy, {
      connections: maxConnections,
      maxResponseSize: maxAnswerBytes,
    });
    telemetry.metrics?.watchStripeQueue(() => pace?.queueDepth ?? 0);
    this.sdk = new Stripe(options.secretKey ?? 'none', {
      httpClient: new StripeHttpClient(this.dispatcher, pace, telemetry),
      maxNetworkRetries: 0,
      telemetry: false,
      appInfo: { name: 'billing-portal-graphql' },
      ...(options.account === null ? {} : { stripeAccount: options.account }),
      ...(options.apiUrl === null ? {} : toAddress(options.apiUrl)),
    });
  }

  read<T>(call: StripeCall<T>): Promise<T> {
    return this.attempt((timeout) => call(this.sdk, { timeout }));
  }

  /** Writes to Stripe. The idempotency key makes the write happen once, over all attempts. @throws BillingError of the Stripe kind */
  write<T>(call: StripeCall<T>, idempotencyKey: string = randomUUID()): Promise<T> {
    return this.attempt((timeout) => call(this.sdk, { timeout, idempotencyKey }));
  }

  private async attempt<T>(call: (timeout: number) => Promise<T>): Promise<T> {
    const { secretKey, deadlineMs = defaultDeadlineMs } = this.options;
    if (secretKey === null) throw new Error('Stripe cannot be asked: STRIPE_SECRET_KEY is not set.');
    const deadline = performance.now() + deadlineMs;
    for (let attempt = 1; ; attempt += 1) {
      const share = attempt === 1 ? firstShare : 1;
      const timeout = Math.max(1, Math.floor((deadline - performance.now()) * share));
      try {
        return requireShape(await call(timeout));
      } catch (thrown) {
        const error = unwrap(thrown);
        const delay = findRetryDelay(error, attempt);
        if (delay === null || performance.now() + delay >= deadline) throw toBillingError(error);
        await wait(delay);
      }
    }
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }
}

function toAddress(url: URL): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return { host: url.hostname, port: url.port || (protocol === 'http' ? 80 : 443), protocol };
}

/** The SDK wraps every error of the HTTP client into a connection error, also a BillingError. */
function unwrap(error: unknown): unknown {
  const detail: unknown = error instanceof Stripe.errors.StripeConnectionError ? error.detail : undefined;
  return detail instanceof BillingError ? detail : error;
}

/** Returns the milliseconds before the next attempt; null when a retry is not allowed. */
function findRetryDelay(error: unknown, attempt: number): number | null {
  if (!(error instanceof Stripe.errors.StripeError) || !mayRetry(error)) return null;
  // Another request with the same key is running, so its response is worth waiting for.
  const underWay = error.code === 'idempotency_key_in_use';
  if (attempt >= maxAttempts && !underWay) return null;
  const backoff = firstBackoffMs * 2 ** (Math.min(attempt, maxAttempts) - 1);
  const asked = (readRetryAfter(error) ?? 0) * 1000;
  return Math.max(asked, backoff * (0.5 + Math.random()));
}

/** Stripe's `Stripe-Should-Retry` header decides first: https://docs.stripe.com/api/errors */
function mayRetry(error: Stripe.errors.StripeError): boolean {
  const verdict = error.headers?.['stripe-should-retry'];
  if (verdict !== undefined) return verdict === 'true';
  if (isReplayed(error) || isTooLarge(error.detail)) return false;
  if (error instanceof Stripe.errors.StripeConnectionError) return true;
  return error.statusCode === 409 || error.statusCode === 429 || (error.statusCode ?? 0) >= 500;
}
