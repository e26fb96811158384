import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What one request pays for asking Stripe. The request has been counted itself, and that pays for the first root
 * field that asks Stripe. Each further field costs one request more, so that aliases are no way around the rate limit.
 */
export class RequestBudget {
  private isFirstFree = true;

  /**
   * @param subject the user that the request to Stripe is for
   * @param consume counts one request of the subject; null without a rate limit
   */
  constructor(
    readonly subject: string,
    private readonly consume: ((subject: string) => Promise<void>) | null,
  ) {}

  /** Runs a request with this budget. */
  run(work: () => void): void {
    executions.run({ budget: this, payment: null }, work);
  }

  /** @throws RateLimitedError */
  async pay(): Promise<void> {
    if (this.isFirstFree) this.isFirstFree = false;
    else await this.consume?.(this.subject);
  }
}

/** One root field, or one request of REST. It pays once, however often it asks Stripe. */
interface Execution {
  readonly budget: RequestBudget;
  payment: Promise<void> | null;
}

/** Services would otherwise have to hand a subject through to every call of Stripe, and through the SDK. */
const executions = new AsyncLocalStorage<Execution>();

/** Runs a root field of the request under way, with a payment of its own. */
export function runPayingField<T>(work: () => Promise<T>): Promise<T> {
  const request = executions.getStore();
  return request === undefined ? work() : executions.run({ budget: request.budget, payment: null }, work);
}

/** To be called before Stripe is asked. Outside of a caller's request, such as in a webhook, nothing is charged. @throws RateLimitedError */
export async function payForStripe(): Promise<void> {
  const execution = executions.getStore();
  if (execution === undefined) return;
  execution.payment ??= execution.budget.pay();
  await execution.payment;
}

/** The user that a request to Stripe is for; an empty string for the service itself. */
export function findPayingSubject(): string {
  return executions.getStore()?.budget.subject ?? '';
}
