export type StripeErrorType =
  'api_error' | 'authentication_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

interface StripeErrorDetails {
  readonly status?: number;
  readonly type?: StripeErrorType;
  readonly code?: string;
  readonly param?: string;
  readonly declineCode?: string;
}

/** An error that is answered in Stripe's format. */
export class StripeApiError extends Error {
  readonly status: number;
  readonly details: StripeErrorDetails;

  constructor(message: string, details: StripeErrorDetails = {}) {
    super(message);
    this.name = 'StripeApiError';
    this.status = details.status ?? 400;
    this.details = details;
  }

  /** The body as Stripe sends it, without empty members. */
  toBody(requestLogUrl: string): object {
    const { type = 'invalid_request_error', code, param, declineCode } = this.details;
    return {
      error: {
        ...(code ? { code } : {}),
        ...(declineCode ? { decline_code: declineCode } : {}),
        ...(code ? { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` } : {}),
        message: this.message,
        ...(param ? { param } : {}),
        request_log_url: requestLogUrl,
        type,
      },
    };
  }
}

/** Creates the error for a request that Stripe refuses with 400. */
export function invalidRequest(message: string, param?: string, code?: string): StripeApiError {
  return new StripeApiError(message, { ...(param ? { param } : {}), ...(code ? { code } : {}) });
}

/** Creates the error for an unknown id: 404 when the id is in the path, 400 when it is a parameter. */
export function resourceMissing(noun: string, id: string, param: string, status: 400 | 404): StripeApiError {
  return new StripeApiError(`No such ${noun}: '${id}'`, { status, code: 'resource_missing', param });
}

/** Creates the error for a declined card. */
export function cardDeclined(): StripeApiError {
  return new StripeApiError('Your card was declined.', {
    status: 402,
    type: 'card_error',
    code: 'card_declined',
    declineCode: 'generic_decline',
  });
}
