import type { Environment } from '../../config/environment.ts';
import { StripeClient } from '../../stripe/stripe-client.ts';
import { describeFailure } from '../shell.ts';
import type { Check, CheckResult, Finding, Judgement, StripeDeployment } from './check.ts';
import { CheckSkipped, fail, loadDeployment, skip } from './check.ts';
import * as config from './config.check.ts';
import { checkDatabase, checkRedis } from './database.check.ts';
import * as policies from './policies.check.ts';
import * as atStripe from './stripe.check.ts';
import { checkToken, checkTokenKeys } from './tokens.check.ts';
import { checkWebhookEndpoint, checkWebhookSecrets, receivesEvents } from './webhooks.check.ts';

export const localChecks: Readonly<Record<string, Check>> = {
  configuration: config.checkVariables,
  environment: config.checkEnvironment,
  addresses: config.checkAddresses,
  proxy: config.checkProxy,
  'return-urls': config.checkReturnUrls,
  'customer-linking': config.checkLinking,
  'token-keys': checkTokenKeys,
  database: checkDatabase,
  redis: checkRedis,
  'webhook-secret': checkWebhookSecrets,
  'policy-file': policies.checkPolicyFile,
  'policy-namespace': policies.checkNamespace,
  'trusted-documents': config.checkTrustedDocuments,
  token: checkToken,
};

/** One first request decides whether the other checks can ask Stripe. */
function createStripeChecks(deployment: StripeDeployment): Record<string, Check> {
  const contact = atStripe.contactStripe(deployment);
  const ask = (check: Check<StripeDeployment>) => async (): Promise<CheckResult> =>
    (await contact).obstacle === null ? check(deployment) : skip('stripe-key has to pass first');
  return {
    'stripe-key': async () => atStripe.judgeKey(await contact, deployment),
    'stripe-clock': async () => atStripe.judgeClock(await contact),
    'stripe-permissions': ask(atStripe.checkPermissions),
    'default-portal': ask(atStripe.checkDefaultPortal),
    ...(receivesEvents(deployment) && { 'webhook-endpoint': ask(checkWebhookEndpoint) }),
    ...(deployment.policies && {
      'policy-plans': ask(policies.checkPlans),
      'login-pages': ask(policies.checkLoginPages),
    }),
  };
}

/**
 * Checks everything that a deployment depends on, in parallel, and reports it in a fixed order.
 * @param token is checked as well
 */
export async function examine(env: Environment, token?: string): Promise<Finding[]> {
  const deployment = await loadDeployment(env, token);
  const { stripe } = deployment;
  const client = stripe && new StripeClient(stripe);
  const stripeChecks: Record<string, Check> =
    stripe && client
      ? createStripeChecks({ ...deployment, stripe, client })
      : { 'stripe-key': () => skip('the Stripe variables have faults') };
  const runs = Object.entries({ ...localChecks, ...stripeChecks }).map(([name, check]) =>
    runCheck(name, () => check(deployment)),
  );
  const findings = (await Promise.all(runs)).flat();
  await client?.close();
  return findings.map(({ detail, fix, ...finding }) => ({
    ...finding,
    detail: hideSecrets(detail, env),
    fix: fix && hideSecrets(fix, env),
  }));
}

/** Longer than the deadlines of all requests that a check makes. */
const timeLimitMs = 20_000;

export async function runCheck(name: string, check: () => ReturnType<Check>): Promise<Finding[]> {
  const late = fail(`no answer within ${timeLimitMs / 1000} s`, 'Try again.');
  const timeLimit = new Promise<CheckResult>((resolve) => setTimeout(resolve, timeLimitMs, late).unref());
  // The check may throw before its first await, too.
  const result = Promise.resolve().then(check).catch(judgeError);
  return [await Promise.race([result, timeLimit])].flat().map((judgement) => ({ name, ...judgement }));
}

function judgeError(error: unknown): Judgement {
  if (error instanceof CheckSkipped) return skip(error.message);
  if (atStripe.findRefusal(error)?.statusCode === 403) return skip('the key may not read this at Stripe');
  return fail(describeFailure(error), 'Try again.');
}

function hideSecrets(text: string, env: Environment): string {
  return [env['STRIPE_SECRET_KEY'], env['JWT_SECRET']]
    .map((secret) => secret?.trim() ?? '')
    .filter(({ length }) => length >= 8) // Shorter secrets are a fault, and could be part of any word.
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
    .replace(/\b(?:sk|rk)_(?:test|live)_[\w*]+/g, '[stripe key]')
    .replace(/\bwhsec_[\w+/=-]+/g, '[webhook secret]');
}
