import { describeError } from '../../logging/logger.ts';
import { stopOnSignals } from '../../serve.ts';
import type { Shell } from '../shell.ts';
import { type Demo, startDemo } from './demo-service.ts';

export async function runDemo(shell: Shell, { json }: { readonly json?: true }): Promise<void> {
  const demo = await startDemo(shell.readProcessEnvironment());
  stopOnSignals(demo.stop, (error) =>
    shell.stderr.write(`The demo could not stop: ${describeError(error).message}\n`),
  );
  // A function, such as `stop`, has no JSON.
  shell.stdout.write(json ? `${JSON.stringify(demo)}\n` : toText(demo));
}

function toText(demo: Demo): string {
  const { sessionUrl, graphqlUrl, explorerUrl, token, adminToken, statesToken, returnUrl, webUrl } = demo;
  const query = `mutation { createBillingPortalSession(returnUrl: \\"${returnUrl}\\") { url } }`;
  const page =
    webUrl === null
      ? ''
      : `\n  An account page. Sign in as the demo user, and click Manage billing:\n  ${webUrl}\n`;
  return `${page}
  A portal session of the demo user, opened a moment ago:
  ${sessionUrl}

  GraphQL is at ${graphqlUrl}. An explorer, with the demo user's token filled in:
  ${explorerUrl}

  A token of the demo user:
  ${token}

  A token of an administrator, who has no customer yet:
  ${adminToken}

  A token of a second user, with subscriptions that are discounted, paused, scheduled to change and more:
  ${statesToken}

  Open another session:
  curl ${graphqlUrl} -H 'content-type: application/json' \\
    -H 'authorization: Bearer ${token}' \\
    -d '{"query":"${query}"}'

  Open one that hides cancelling, over REST:
  curl ${new URL('/api/billing-portal', graphqlUrl).href} -H 'content-type: application/json' \\
    -H 'authorization: Bearer ${token}' \\
    -d '{"returnUrl":"${returnUrl}","features":{"subscriptionCancel":false}}'

  Ctrl+C stops the demo and forgets it.

`;
}
