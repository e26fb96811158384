import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import Stripe from 'stripe';
import type { Dispatcher } from 'undici';
import { BillingError } from '../shared/errors.ts';
import { type OutboundProxy, createOutboundAgent, noProxy } from '../shared/outbound-agent.ts';
import { noMetrics } from '../telemetry/metrics.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { CircuitBreaker, type Verdict } from './circuit-breaker.ts';
import { RequestPace } from './request-pace.ts';
import { requireShape } from './stripe-answer.ts';
import { StripeHttpClient } from './stripe-http-client.ts';
import { isReplayed, readRetryAfter, toBillingError } from './stripe.errors.ts';

export interface StripeClientOptions {
  readonly secretKey: string;
  /** Where Stripe is; null for Stripe's own API. */
  readonly apiUrl: URL | null;
  /** The connected account to act on; null for the key's own. */
  readonly account: string | null;
  /** Where HTTPS goes through; nothing connects directly. */
  readonly proxy?: OutboundProxy;
  /** Milliseconds by the clock on the wall that one call may take, retries included. */
  readonly deadlineMs?: number;
  /** How many requests a second each endpoint may get; null or nothing for any number. */
  readonly requestsPerSecond?: number | null;
  /** How many attempts in a row must fail before none are made for a while. */
  readonly failuresToOpen?: number;
  readonly telemetry?: Telemetry;
}

/** One call of the SDK: the options carry the time that is left, and a write's idempotency key. */
export type StripeCall<T> = (sdk: Stripe, options: Stripe.RequestOptions) => Promise<T>;

const defaultDeadlineMs = 8_000;
/** A list page of expanded configurations is the largest answer asked for, well below this. */
const maxAnswerBytes = 8 * 1024 * 1024;
/** Opened as they are needed. With a Stripe that takes 300 ms, they carry more sessions a second than a core can open. */
const maxConnections = 512;
const maxAttempts = 3;
const firstBackoffMs = 150;
const defaultFailuresToOpen = 5;

/**
 * The one way to Stripe. Every call ends by its deadline, is retried only where that is safe, carries one
 * idempotency key over its attempts, and fails with a BillingError. While Stripe is out, calls fail at once.
 */
export class StripeClient {
  private readonly dispatcher: Dispatcher;
  private readonly sdk: Stripe;
  private readonly breaker: CircuitBreaker;
  private readonly deadlineMs: number;

  constructor(options: StripeClientOptions) {
    const { requestsPerSecond = null, telemetry = new Telemetry(noMetrics) } = options;
    const pace = requestsPerSecond === null ? null : new RequestPace(requestsPerSecond);
    this.dispatcher = createOutboundAgent(options.proxy ?? noProxy, {
      connections: maxConnections,
      maxResponseSize: maxAnswerBytes,
      // Each exchange has one time for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.breaker = new CircuitBreaker(options.failuresToOpen ?? defaultFailuresToOpen);
    this.deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
    telemetry.metrics.watchStripe(() => ({
      queueDepth: pace?.queueDepth ?? 0,
      breaker: this.breaker.state,
    }));
    this.sdk = new Stripe(options.secretKey, {
      httpClient: new StripeHttpClient(this.dispatcher, pace, telemetry),
      maxNetworkRetries: 0,
      telemetry: false,
      appInfo: { name: 'billing-portal-graphql' },
      ...(options.account === null ? {} : { stripeAccount: options.account }),
      ...(options.apiUrl === null ? {} : toAddress(options.apiUrl)),
    });
  }

  /** Reads from Stripe. @throws BillingError of the Stripe kind */
  read<T>(call: StripeCall<T>): Promise<T> {
    return this.attempt((timeout) => call(this.sdk, { timeout }));
  }

  /** Changes something at Stripe, once, however often it is tried. @throws BillingError of the Stripe kind */
  write<T>(call: StripeCall<T>, idempotencyKey: string = randomUUID()): Promise<T> {
    return this.attempt((timeout) => call(this.sdk, { timeout, idempotencyKey }));
  }

  private async attempt<T>(call: (timeout: number) => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.deadlineMs;
    for (let attempt = 1; ; attempt += 1) {
      const timeout = Math.max(1, Math.floor(deadline - performance.now()));
      try {
        return await this.breaker.run(() => call(timeout).then(requireShape, rethrow), judge);
      } catch (error) {
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

/** The SDK reports every error of the HTTP client as a failed connection, also a refusal of ours. */
function rethrow(error: unknown): never {
  const detail = error instanceof Stripe.errors.StripeConnectionError ? error.detail : undefined;
  throw (detail as unknown) instanceof BillingError ? detail : error;
}

/** A refusal is an answer, and so is a limit. What Stripe repeats says how it was, and not how it is. */
function judge(error: unknown): Verdict {
  if (!(error instanceof Stripe.errors.StripeError) || isReplayed(error)) return 'unknown';
  const { statusCode = 0 } = error;
  return statusCode >= 400 && statusCode < 500 ? 'answers' : 'is out';
}

/** Milliseconds to wait before the next attempt; null when there must be none. */
function findRetryDelay(error: unknown, attempt: number): number | null {
  if (!(error instanceof Stripe.errors.StripeError) || !mayRetry(error)) return null;
  // Somebody else's request with the same key is under way, and its answer is worth waiting for.
  const underWay = error.code === 'idempotency_key_in_use';
  if (attempt >= maxAttempts && !underWay) return null;
  const backoff = firstBackoffMs * 2 ** (Math.min(attempt, maxAttempts) - 1);
  const asked = (readRetryAfter(error) ?? 0) * 1000;
  return Math.max(asked, backoff * (0.5 + Math.random()));
}

/** Stripe's own verdict comes first: https://docs.stripe.com/api/errors and the `Stripe-Should-Retry` header. */
function mayRetry(error: Stripe.errors.StripeError): boolean {
  const verdict = error.headers?.['stripe-should-retry'];
  if (verdict !== undefined) return verdict === 'true';
  if (isReplayed(error)) return false;
  if (error instanceof Stripe.errors.StripeConnectionError) return true;
  return error.statusCode === 409 || error.statusCode === 429 || (error.statusCode ?? 0) >= 500;
}
