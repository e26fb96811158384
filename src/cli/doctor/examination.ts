import { createCommandConfig, createKeylessStripe, noDatabase } from '../../config/command-config.ts';
import type { Environment } from '../../config/environment.ts';
import { createLogger } from '../../logging/logger.ts';
import type { StripeClient } from '../../stripe/stripe-client.ts';
import { describeFailure } from '../command-failure.ts';
import { withPlatform } from '../platform.ts';
import {
  type Check,
  type CheckResult,
  CheckSkipped,
  type Deployment,
  type Finding,
  type Judgement,
  type StripeCheck,
  fail,
  loadDeployment,
  skip,
} from './check.ts';
import { configChecks } from './config.check.ts';
import { checkDatabase } from './database.check.ts';
import { policyChecks, policyFileChecks } from './policies.check.ts';
import { contactStripe, findRefusal, isUsable, judgeClock, judgeKey, stripeChecks } from './stripe.check.ts';
import { checkToken, checkTokenKeys } from './tokens.check.ts';
import { checkTrustedDocuments } from './trusted-documents.check.ts';
import { checkWebhookEndpoint, checkWebhookSecrets, receivesEvents } from './webhooks.check.ts';

/** Checks by their names, in the order of the report. */
const localChecks: Readonly<Record<string, Check>> = {
  ...configChecks,
  'token-keys': checkTokenKeys,
  database: checkDatabase,
  'webhook-secret': checkWebhookSecrets,
  ...policyFileChecks,
  'trusted-documents': checkTrustedDocuments,
  token: checkToken,
};

function listRemoteChecks(deployment: Deployment): Record<string, StripeCheck> {
  return {
    ...stripeChecks,
    ...(receivesEvents(deployment) ? { 'webhook-endpoint': checkWebhookEndpoint } : {}),
    ...(deployment.policies === null ? {} : policyChecks),
  };
}

/**
 * Checks everything that a deployment depends on, in parallel, and reports it in a fixed order.
 * @param tokenFile holds a token to check as well
 */
export async function examine(env: Environment, tokenFile?: string): Promise<Finding[]> {
  const deployment = await loadDeployment(env, tokenFile);
  const stripe = deployment.stripe ?? createKeylessStripe('doctor');
  const own = createCommandConfig({ databaseUrl: noDatabase, stripe });
  // The database has a check of its own: a fault there keeps no other check from running.
  return withPlatform(own, createLogger('warn', process.stderr), async ({ stripe: client }) => {
    const checks = { ...localChecks, ...bindStripe(deployment, client) };
    const runs = Object.entries(checks).map(([name, check]) => runCheck(name, () => check(deployment)));
    return (await Promise.all(runs)).flat().map(({ detail, fix, ...finding }) => ({
      ...finding,
      detail: hideSecrets(detail, env),
      fix: fix && hideSecrets(fix, env),
    }));
  });
}

/** One first request decides whether the other checks can ask Stripe. */
function bindStripe(deployment: Deployment, client: StripeClient): Record<string, Check> {
  const { stripe } = deployment;
  if (stripe === null) return { 'stripe-key': () => skip('the Stripe variables have faults') };
  const contact = contactStripe(client);
  const ask = async (check: StripeCheck): Promise<CheckResult> => {
    const result = () => check({ ...deployment, stripe }, client);
    return isUsable(await contact) ? result() : skip('stripe-key has to pass first');
  };
  return {
    'stripe-key': async () => judgeKey(await contact, stripe, deployment.production),
    'stripe-clock': async () => judgeClock(await contact),
    ...Object.fromEntries(
      Object.entries(listRemoteChecks(deployment)).map(([name, check]) => [name, () => ask(check)] as const),
    ),
  };
}

/** Longer than the deadlines of all requests that a check makes. */
const timeLimitMs = 20_000;

/** Runs a check within the time limit, and turns an error into a finding. */
export async function runCheck(
  name: string,
  check: () => CheckResult | Promise<CheckResult>,
): Promise<Finding[]> {
  const late = fail(`no answer within ${timeLimitMs / 1000} s`, 'Try again.');
  const timeLimit = new Promise<CheckResult>((resolve) => setTimeout(resolve, timeLimitMs, late).unref());
  // The check may throw before its first await, too.
  const result = Promise.resolve().then(check).catch(judgeError);
  return [await Promise.race([result, timeLimit])].flat().map((judgement) => ({ name, ...judgement }));
}

function judgeError(error: unknown): Judgement {
  if (error instanceof CheckSkipped) return skip(error.message);
  if (findRefusal(error)?.statusCode === 403) return skip('the key may not read this at Stripe');
  return fail(describeFailure(error), 'Try again.');
}

/** Shorter secrets are a fault, and could be part of any word. */
const minSecretLength = 8;

/** Removes the secrets of the environment from a text, and the user and password from every URL. */
function hideSecrets(text: string, env: Environment): string {
  return [env['STRIPE_SECRET_KEY'], env['JWT_SECRET']]
    .map((secret) => secret?.trim() ?? '')
    .filter((secret) => secret.length >= minSecretLength)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
    .replace(/\b(?:sk|rk)_(?:test|live)_[\w*]+/g, '[stripe key]')
    .replace(/\bwhsec_[\w+/=-]+/g, '[webhook secret]')
    .replace(/\/\/[^\s"]*@/g, '//[secret]@');
}
