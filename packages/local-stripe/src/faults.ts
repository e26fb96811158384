import { StripeApiError } from './stripe-api-error.ts';
import type { StripeErrorType } from './stripe-api-error.ts';

/** Something that goes wrong with calls, on purpose. */
export interface Fault {
  readonly method: string | null;
  /** A path, or the beginning of one with a `*` at its end. */
  readonly path: string;
  /** What is answered; null when the call only is slow, or its answer is lost. */
  readonly error: StripeApiError | null;
  readonly delayMs: number;
  /** Whether the call does its work before the answer goes wrong, as a lost answer does. */
  readonly afterExecution: boolean;
  /** Whether the connection closes without an answer. */
  readonly hangUp: boolean;
  times: number;
}

/** The faults that are waiting for their calls. */
export class Faults {
  private faults: Fault[] = [];

  add(fault: Fault): void {
    this.faults.push(fault);
  }

  clear(): void {
    this.faults = [];
  }

  /** The fault that this call runs into, if any; each strikes as often as it was told to. */
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

/** The error that Stripe sends with a status. */
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
