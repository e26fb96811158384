import { StripeApiError } from './stripe-api-error.ts';
import type { StripeErrorType } from './stripe-api-error.ts';

/** A failure of matching requests, on purpose. */
export interface Fault {
  readonly method: string | null;
  /** A path. A final `*` matches any rest. */
  readonly path: string;
  /** The error to answer; null when the request is only slow, or its answer is lost. */
  readonly error: StripeApiError | null;
  readonly delayMs: number;
  /** Whether the request takes effect before it fails, as with a lost answer. */
  readonly afterExecution: boolean;
  /** Whether the connection closes without an answer. */
  readonly hangUp: boolean;
  times: number;
}

/** The faults that have not happened yet. */
export class Faults {
  private faults: Fault[] = [];

  add(fault: Fault): void {
    this.faults.push(fault);
  }

  clear(): void {
    this.faults = [];
  }

  /** Takes the first fault that matches a request, or null. Each fault applies to `times` requests. */
  take(method: string, path: string): Fault | null {
    const fault = this.faults.find((each) => (each.method ?? method) === method && matches(each.path, path));
    if (!fault) return null;
    fault.times -= 1;
    if (fault.times <= 0) this.faults = this.faults.filter((each) => each !== fault);
    return fault;
  }
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

/** Stripe's usual error for a status. */
export function createFaultError(status: number, message?: string, code?: string): StripeApiError {
  const types: Readonly<Record<number, StripeErrorType>> = {
    401: 'authentication_error',
    402: 'card_error',
    429: 'invalid_request_error',
  };
  const text =
    message ??
    (status === 429
      ? 'Request rate limit exceeded. Learn more at https://stripe.com/docs/rate-limits'
      : 'An unknown error occurred');
  const rateLimit = status === 429 ? 'rate_limit' : undefined;
  return new StripeApiError(text, {
    status,
    type: types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error'),
    ...((code ?? rateLimit) ? { code: code ?? rateLimit ?? '' } : {}),
  });
}
