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
