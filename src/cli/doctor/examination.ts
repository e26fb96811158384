import type { Environment } from '../../config/environment.ts';
import { StripeClient } from '../../stripe/stripe-client.ts';
import { type Check, runCheck } from './check.ts';
import {
  checkConfiguration,
  checkEnvironment,
  checkLinking,
  checkProxy,
  checkReturnUrls,
} from './configuration.check.ts';
import { checkDatabase } from './database.check.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { type Finding, skip } from './finding.ts';
import { checkNamespace, checkPolicyFile } from './policies.check.ts';
import { hideSecrets } from './secrecy.ts';
import { listStripeChecks } from './stripe-checks.ts';
import { checkToken } from './token.check.ts';
import { checkTokenKeys } from './token-keys.check.ts';
import { checkWebhookSecrets } from './webhooks.check.ts';

/**
 * Checks everything that a deployment depends on, in parallel, and reports it in a fixed order.
 * @param tokenFile - holds a token to check as well
 */
export async function examine(env: Environment, tokenFile?: string): Promise<Finding[]> {
  const deployment = await loadDeployment(env);
  const { stripe: config } = deployment;
  const stripe = config && new StripeClient(config);
  try {
    const checks = [
      ...listLocalChecks(deployment),
      ...(tokenFile === undefined ? [] : [{ name: 'token', run: () => checkToken(deployment, tokenFile) }]),
      ...(stripe === null || config === null
        ? [{ name: 'stripe-key', run: () => [skip('the variables of Stripe have faults')] }]
        : listStripeChecks(deployment, stripe, config)),
    ];
    const findings = await Promise.all(checks.map(runCheck));
    return findings.flat().map((finding) => ({
      ...finding,
      detail: hideSecrets(finding.detail, env),
      mend: finding.mend && hideSecrets(finding.mend, env),
    }));
  } finally {
    await stripe?.close();
  }
}

function listLocalChecks(deployment: Deployment): Check[] {
  return [
    { name: 'configuration', run: () => checkConfiguration(deployment) },
    { name: 'environment', run: () => checkEnvironment(deployment) },
    { name: 'proxy', run: () => checkProxy(deployment) },
    { name: 'return-urls', run: () => checkReturnUrls(deployment) },
    { name: 'token-keys', run: () => checkTokenKeys(deployment) },
    { name: 'database', run: () => checkDatabase(deployment) },
    { name: 'customer-linking', run: () => checkLinking(deployment) },
    { name: 'webhook-secret', run: () => checkWebhookSecrets(deployment) },
    { name: 'policy-file', run: () => checkPolicyFile(deployment) },
    ...(deployment.policyFile === null
      ? []
      : [{ name: 'policy-namespace', run: () => checkNamespace(deployment) }]),
  ];
}
