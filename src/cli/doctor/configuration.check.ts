import { type Deployment, isProduction } from './deployment.ts';
import { type Judgement, fail, pass, skip, warn } from './finding.ts';

/** Every fault of the variables on a line of its own. Each says what it expects. */
export function checkConfiguration({ faults }: Deployment): Judgement[] {
  if (faults.length === 0) return [pass('every variable can be read')];
  return faults.map((fault) => fail(fault, null));
}

/** What is meant for developers, where the public is. */
export function checkEnvironment(deployment: Deployment): Judgement[] {
  const { NODE_ENV: environment, LANDING_PAGE: landingPage } = deployment.values;
  if (environment === undefined) return [skip('NODE_ENV cannot be read')];
  if (isProduction(deployment)) {
    if ((landingPage ?? 'none') === 'none') return [pass('production: no landing page, no introspection')];
    return [
      warn(
        'production shows an explorer and answers introspection to everybody',
        'Unset LANDING_PAGE, unless the API is meant to be explored.',
      ),
    ];
  }
  if (deployment.stripe?.livemode !== true) return [pass(`${environment}: introspection is answered`)];
  return [
    warn(
      `NODE_ENV is ${environment}, and the key is a live one: introspection is answered, and tokens can be signed here`,
      'Set NODE_ENV=production.',
    ),
  ];
}

/** Keys that other products on a Stripe account are likely to write as well. */
const commonKeys =
  /^(user|customer|account|org|organization|tenant|client|member)?[_.-]?(id|uid|ref|reference)?$|^sub$/i;

/** What at Stripe names a user. */
export function checkLinking({ values }: Deployment): Judgement[] {
  const { LINK_BY_METADATA_KEY: key, LINK_BY_CLIENT_REFERENCE_ID: byReference } = values;
  if (byReference === undefined) return [skip('LINK_BY_CLIENT_REFERENCE_ID cannot be read')];
  if (key === undefined && !byReference)
    return [pass('nothing at Stripe names a user: administrators link users to customers')];
  const named = key === undefined ? [] : [judgeMetadataKey(key)];
  if (!byReference) return named;
  return [
    ...named,
    pass(
      'client_reference_id of every Checkout session on the account, payment links excepted, names a user',
    ),
  ];
}

function judgeMetadataKey(key: string): Judgement {
  const detail = `metadata.${key} of customers and Checkout sessions names a user`;
  if (!commonKeys.test(key)) return pass(detail);
  return warn(
    `${detail}, and other products and deployments on the account are likely to write this key too`,
    'Set LINK_BY_METADATA_KEY to a key that only this deployment and your server write, such as acme_production_user_id.',
  );
}

/** The service speaks plain HTTP, so an https address means that a proxy is in front of it. */
export function checkProxy({ values }: Deployment): Judgement[] {
  const { TRUST_PROXY: trusted, RATE_LIMIT: limit, PUBLIC_URL: publicUrl } = values;
  if (trusted === undefined || limit === undefined) return [skip('TRUST_PROXY or RATE_LIMIT cannot be read')];
  if (limit === null) return [pass('RATE_LIMIT is off: no request counts by its address')];
  if (typeof trusted === 'number') return [pass(`clients are told apart behind ${trusted} of your proxies`)];
  if (trusted !== false) return [pass(`clients are told apart behind ${trusted.join(', ')}`)];
  if (publicUrl?.protocol !== 'https:')
    return [pass('TRUST_PROXY is off: clients connect to the service itself')];
  return [
    warn(
      `TRUST_PROXY is off, and a proxy must be in front of ${publicUrl.origin}: all its users share ${10 * limit.requests} requests in ${limit.perSeconds} s`,
      'Set TRUST_PROXY to the number of proxies in front, or to their addresses.',
    ),
  ];
}

export function checkReturnUrls(deployment: Deployment): Judgement[] {
  const { RETURN_URLS: entries } = deployment.values;
  if (entries === undefined) return [skip('RETURN_URLS cannot be read')];
  const allowed = pass(entries.map(({ origin, path }) => `${origin}${path ?? ''}`).join(', '));
  if (!isProduction(deployment)) return [allowed];
  const local = entries.filter(({ origin }) => origin.startsWith('http:'));
  const whole = entries.filter((entry) => entry.path === null && !local.includes(entry));
  const warnings = [
    ...local.map(({ origin }) =>
      warn(
        `${origin} is a place on the customer's own machine`,
        'Take it out of RETURN_URLS in production: any program there could be returned to.',
      ),
    ),
    ...whole.map(({ origin }) =>
      warn(
        `${origin} allows every path, and so any page there that redirects elsewhere`,
        `Narrow it in RETURN_URLS to where customers come from: ${origin}/account`,
      ),
    ),
  ];
  return warnings.length > 0 ? warnings : [allowed];
}
