import type { ServiceErrorCode } from './generated/error-codes.ts';

/** The service's codes, and one for an answer that never came. */
export type BillingPortalErrorCode = ServiceErrorCode | 'NETWORK_ERROR';

/** What a customer is told, by code. Yours go before the ones of this package: in another language or tone. */
export type Sentences = Partial<Readonly<Record<BillingPortalErrorCode, string>>>;

/** What happened and what to do about it, in words for a customer. */
export const englishSentences: Readonly<Record<BillingPortalErrorCode, string>> = {
  UNAUTHENTICATED: 'Your sign-in has ended. Sign in again to manage your billing.',
  AUTH_UNAVAILABLE: 'We cannot check your sign-in right now. Try again in a minute.',
  FORBIDDEN: 'Your account cannot manage billing. Ask an administrator of your team.',
  RATE_LIMITED: 'That was a lot of requests at once. Wait a minute, then try again.',
  CUSTOMER_NOT_FOUND:
    'We have no billing account for you. Choose a plan first, or contact support if you have one already.',
  CUSTOMER_AMBIGUOUS: 'Your billing account needs manual attention. Contact support.',
  RETURN_URL_NOT_ALLOWED:
    'Billing cannot be opened from this page. Contact support and tell us where you are.',
  BAD_USER_INPUT:
    'This cannot be done with your subscription as it is now. Reload the page to see its state.',
  FLOW_NOT_ALLOWED:
    'This cannot be changed online. Open “Manage billing” to see what can, or contact support.',
  PORTAL_NOT_CONFIGURED: 'Billing is not set up yet. Contact support, and we will help you directly.',
  DOCUMENT_NOT_TRUSTED: 'This page is out of date. Reload it, then try again.',
  STRIPE_UNAVAILABLE: 'Our payment provider does not answer. Nothing was changed; try again in a minute.',
  STRIPE_RATE_LIMITED: 'Our payment provider is busy. Nothing was changed; try again in a minute.',
  STRIPE_MISCONFIGURED: 'Billing is down because of a mistake on our side. Contact support to let us know.',
  STORE_UNAVAILABLE: 'We cannot look up your billing account right now. Try again in a minute.',
  GRAPHQL_PARSE_FAILED: 'This page is out of date. Reload it, then try again.',
  GRAPHQL_VALIDATION_FAILED: 'This page is out of date. Reload it, then try again.',
  INTERNAL_SERVER_ERROR: 'Something went wrong on our side. Try again, and contact support if it goes on.',
  NETWORK_ERROR: 'We could not be reached. Check your connection, then try again.',
};
