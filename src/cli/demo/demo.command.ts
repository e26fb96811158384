import { describeError } from '../../logging/logger.ts';
import { stopOnSignals } from '../../serve.ts';
import type { Shell } from '../shell.ts';
import { type Demo, startDemo } from './demo-service.ts';

const mutation = `mutation ($returnUrl: String!) { createBillingPortalSession(returnUrl: $returnUrl) { url } }`;

/** Starts the demo, opens a session through its API, prints how to use it and keeps running. */
export async function runDemo(shell: Shell, { json }: { readonly json?: true }): Promise<void> {
  const demo = await startDemo(shell.readProcessEnvironment());
  stopOnSignals(demo.stop, (error) =>
    shell.stderr.write(`The demo could not stop: ${describeError(error).message}\n`),
  );
  try {
    const sessionUrl = await openSession(demo);
    // A function, such as `stop`, has no JSON.
    shell.stdout.write(json ? `${JSON.stringify({ ...demo, sessionUrl })}\n` : toText(demo, sessionUrl));
  } catch (error) {
    await demo.stop();
    throw error;
  }
}

async function openSession({ graphqlUrl, token, returnUrl }: Demo): Promise<string> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: mutation, variables: { returnUrl } }),
  });
  const { data, errors = [] } = (await response.json()) as {
    readonly data?: { readonly createBillingPortalSession: { readonly url: string } } | null;
    readonly errors?: readonly { readonly message: string }[];
  };
  if (!data) throw new Error(errors.map(({ message }) => message).join(' '));
  return data.createBillingPortalSession.url;
}

function toText(
  { graphqlUrl, explorerUrl, token, adminToken, statesToken, returnUrl, webUrl }: Demo,
  sessionUrl: string,
): string {
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

  A token of an administrator:
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
