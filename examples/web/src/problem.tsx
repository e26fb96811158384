import type { BillingPortalError, BillingPortalErrorCode } from 'billing-portal-client';

/** Errors that may pass when the request is tried again. The others need the customer or support first. */
const passing: ReadonlySet<BillingPortalErrorCode> = new Set([
  'AUTH_UNAVAILABLE',
  'RATE_LIMITED',
  'STRIPE_UNAVAILABLE',
  'STRIPE_RATE_LIMITED',
  'STORE_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
  'NETWORK_ERROR',
]);

const outdated: ReadonlySet<BillingPortalErrorCode> = new Set([
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
]);

interface ProblemProps {
  readonly error: BillingPortalError;
  readonly onTryAgain: () => void;
  readonly onSignInAgain: () => void;
  readonly onDismiss?: () => void;
}

/** What went wrong in a sentence, and a button for the way forward. */
export function Problem({ error: { code, message }, onTryAgain, onSignInAgain, onDismiss }: ProblemProps) {
  const reload = () => window.location.reload();
  return (
    <div className="problem" role="alert">
      <p>{message}</p>
      <div className="actions">
        {code === 'UNAUTHENTICATED' && <button onClick={onSignInAgain}>Sign in again</button>}
        {passing.has(code) && <button onClick={onTryAgain}>Try again</button>}
        {outdated.has(code) && <button onClick={reload}>Reload the page</button>}
        {!passing.has(code) && !outdated.has(code) && code !== 'UNAUTHENTICATED' && (
          <a className="button" href={`mailto:support@example.com?subject=Billing%20(${code})`}>
            Contact support
          </a>
        )}
        {onDismiss && (
          <button className="quiet" onClick={onDismiss}>
            Dismiss
          </button>
        )}
      </div>
    </div>
  );
}
