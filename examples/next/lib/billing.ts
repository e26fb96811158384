import { type BillingPortal, createBillingPortal } from 'billing-portal-graphql/server';
import { readUserId } from './session';

/** Next.js loads a module once for each route, and again after each change in development. */
const kept = globalThis as { billing?: Promise<BillingPortal<Request>> | undefined };

/** Opened by the first request, since `next build` loads the routes as well. After a failure, the next request tries again. */
export function getBilling(): Promise<BillingPortal<Request>> {
  kept.billing ??= openBilling().catch((error: unknown) => {
    kept.billing = undefined;
    throw error;
  });
  return kept.billing;
}

function openBilling(): Promise<BillingPortal<Request>> {
  return createBillingPortal(process.env, {
    basePath: '/billing',
    identify: (request) => {
      const [, cookie] = /(?:^|; )session=([^;]*)/.exec(request.headers.get('cookie') ?? '') ?? [];
      const userId = readUserId(cookie);
      return userId === null ? null : { userId };
    },
  });
}
