import { findPart } from './real-parts.ts';
import { findFreePort, startServerProcess } from './server-process.ts';

export const howToGetStripeMock = 'run .ci/parts/stripe-mock.sh';

/** Stripe's OpenAPI file as this release of stripe-mock carries it; null when it was not fetched. */
export function findStripeOpenApiFile(): string | null {
  return findPart('stripe-mock-0.203.0/openapi-spec3.json');
}

/** Stripe's own stand-in, which checks requests against its OpenAPI file; null when it was not built. */
export async function startStripeMock(): Promise<{ readonly url: string; stop(): Promise<void> } | null> {
  const command = findPart('stripe-mock-0.203.0/stripe-mock');
  if (command === null) return null;
  const port = await findFreePort();
  // It listens for HTTPS too, where two of them would meet on its usual port.
  const addresses = ['-http-addr', `127.0.0.1:${port}`, '-https-addr', '127.0.0.1:0'];
  const stop = await startServerProcess(command, addresses, port);
  return { url: `http://127.0.0.1:${port}`, stop };
}
