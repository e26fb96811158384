import { StripeApiError } from './stripe-api-error.ts';

/** Accepts any secret or restricted key of test mode. Refuses others as Stripe does, and live keys with a warning. */
export function checkAuthorization(header: string | undefined): void {
  const key = header === undefined ? '' : readKey(header);
  if (key === '') {
    throw unauthorized(
      'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer ' +
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for " +
        'details, or we can help at https://support.stripe.com/.',
    );
  }
  if (/^[a-z]+_live_/.test(key)) {
    throw unauthorized(
      'This is a local Stripe, and it received a LIVE key. Send live keys to Stripe only: remove the key here, check ' +
        'where else it was sent, and roll it in the Dashboard if in doubt.',
    );
  }
  if (key.startsWith('pk_')) {
    throw unauthorized(
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of ' +
        'your API keys at https://dashboard.stripe.com/account/apikeys.',
      'secret_key_required',
    );
  }
  if (!/^(sk|rk)_test_\w+$/.test(key)) throw unauthorized(`Invalid API Key provided: ${masked(key)}`);
}

/** Reads the key from a Bearer header, or from a Basic header as `curl -u KEY:` sends it. */
function readKey(header: string): string {
  const [scheme = '', value = ''] = header.trim().split(/\s+/);
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme)) return Buffer.from(value, 'base64').toString().split(':')[0] ?? '';
  return '';
}

function masked(key: string): string {
  return key.length <= 12
    ? '*'.repeat(key.length)
    : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
}

function unauthorized(message: string, code?: string): StripeApiError {
  return new StripeApiError(message, { status: 401, ...(code ? { code } : {}) });
}
