import type { BillingTask, PortalRequest } from 'billing-portal-client';

/** Whether the portal would open a task now. The service knows the policy, Stripe's limits and the state. */
export function canOpen(tasks: readonly BillingTask[] | null, type: BillingTask['type']): boolean {
  return tasks?.some((task) => task.type === type && task.available) ?? false;
}

/** Opens one task, which leads straight back to this page. */
export function toRequest(type: BillingTask['type'], subscriptionId?: string): PortalRequest {
  const afterCompletion = { type: 'REDIRECT', returnUrl: window.location.href } as const;
  return { flow: { type, subscriptionId, afterCompletion } };
}
