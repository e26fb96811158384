import { z } from 'zod';
import { AuditAction } from '../audit/audit-action.ts';
import type { AuditTrail } from '../audit/audit-trail.service.ts';
import type { Caller } from '../auth/caller.ts';
import { wasReplayed } from '../stripe/replay.ts';
import type { StripeClient } from '../stripe/stripe-client.ts';
import { StripeRequestRefusedError, StripeUnavailableError, isReplayed } from '../stripe/stripe.errors.ts';
import type { CreationAttempt, CreationAttempts } from './creation-attempts.ts';
import {
  type CustomerDirectory,
  type CustomerLink,
  type CustomerMapping,
  stripeCustomerIdSchema,
} from './customer-directory.ts';
import {
  CustomerAlreadyLinkedError,
  CustomerAmbiguousError,
  UserAlreadyLinkedError,
} from './customer.errors.ts';
import { type NamedCustomers, userIdMember } from './named-customers.ts';

/** New attempts that one call may make when Stripe repeats failures. The next call goes on from there. */
const maxRounds = 3;
const minuteMs = 60_000;
/** Longer than search usually lags, and than clocks differ. */
const lookBackMs = 5 * minuteMs;
/** Longer than search lags in an outage, which is up to an hour. */
const longestLookBackMs = 120 * minuteMs;

/** Stripe repeats that an attempt made a customer, who was deleted or given to somebody else since. */
class AttemptUndoneError extends StripeUnavailableError {
  constructor(id: string) {
    super(new Error(`Stripe repeats that it created ${id}, which is not the user's any more`));
  }
}

/**
 * Gives a user without a customer the one that names them, or a new one. However many processes do so at once,
 * and wherever they stop, one is made: an attempt is stored before Stripe is asked, and all who join it ask for the
 * same customer with the same idempotency key.
 */
export class CustomerCreation {
  constructor(
    private readonly directory: CustomerDirectory,
    private readonly named: NamedCustomers,
    private readonly attempts: CreationAttempts,
    private readonly stripe: StripeClient,
    private readonly audit: AuditTrail,
    private readonly now: () => Date,
  ) {}

  /** @throws CustomerAmbiguousError, and the errors of Stripe and the store */
  async create(caller: Caller): Promise<CustomerMapping> {
    const { userId } = caller;
    let latest = await this.attempts.findLatest(userId);
    let failure: unknown;
    for (let round = 1; ; round += 1) {
      const existing = await this.findExisting(userId, latest);
      if (existing !== null) return this.adopt(caller, existing);
      const attempt = await this.join(caller, latest, failure);
      // Others may have been quicker, and so long ago that their attempt has been swept away.
      const mapping = await this.directory.findByUserId(userId);
      if (mapping !== null) return mapping;
      try {
        return await this.make(caller, attempt);
      } catch (error) {
        if (!isOver(error) || round === maxRounds) throw error;
        failure = error;
        latest = attempt;
      }
    }
  }

  /** The customer that names the user already. What an attempt may have made is looked for in Stripe's list, too. */
  private async findExisting(userId: string, latest: CreationAttempt | null): Promise<string | null> {
    const now = this.now().getTime();
    const since = Math.max((latest?.beganAt.getTime() ?? now) - lookBackMs, now - longestLookBackMs);
    const [id = null, ...others] = await this.named.list(userId, new Date(since));
    if (id !== null && others.length > 0) throw new CustomerAmbiguousError([id, ...others]);
    return id;
  }

  /** Goes on with the latest attempt, or begins the next one where nothing can come of that any more. */
  private async join(
    { userId, email }: Caller,
    latest: CreationAttempt | null,
    failure: unknown,
  ): Promise<CreationAttempt> {
    const age = latest === null || failure !== undefined ? 'over' : this.attempts.judgeAge(latest);
    if (latest !== null && age === 'fresh') return latest;
    if (age === 'resting')
      throw new StripeUnavailableError(
        new Error('The last attempt is too old to repeat, and too new to give up'),
      );
    return this.attempts.join(userId, (latest?.number ?? 0) + 1, isEmailRefused(failure) ? null : email);
  }

  private adopt(caller: Caller, stripeCustomerId: string): Promise<CustomerMapping> {
    const { userId } = caller;
    const intent = { actor: caller, action: AuditAction.LINK_CUSTOMER, userId, target: stripeCustomerId };
    return this.audit.record(intent, () => this.link({ userId, stripeCustomerId }));
  }

  private make(caller: Caller, attempt: CreationAttempt): Promise<CustomerMapping> {
    const { userId } = caller;
    const details = { attempt: String(attempt.number) };
    const intent = { actor: caller, action: AuditAction.CREATE_CUSTOMER, userId, details };
    return this.audit.record(intent, async (operation) => {
      const stripeCustomerId = await this.createAtStripe(userId, attempt);
      operation.aimAt(stripeCustomerId);
      return this.link({ userId, stripeCustomerId });
    });
  }

  private async createAtStripe(userId: string, { email, idempotencyKey }: CreationAttempt): Promise<string> {
    const params = { metadata: { [userIdMember]: userId }, ...(email === null ? {} : { email }) };
    const created = await this.stripe.write(
      (sdk, options) => sdk.customers.create(params, options),
      idempotencyKey,
    );
    const { success, data } = createdSchema.safeParse(created);
    if (!success) throw new StripeUnavailableError(new Error('Stripe answered what is no customer'));
    if (wasReplayed(created.lastResponse) && !(await this.named.has(userId, data.id)))
      throw new AttemptUndoneError(data.id);
    return data.id;
  }

  private async link(link: CustomerLink): Promise<CustomerMapping> {
    try {
      return (await this.directory.link(link)).mapping;
    } catch (error) {
      if (error instanceof CustomerAlreadyLinkedError)
        throw new CustomerAmbiguousError([link.stripeCustomerId]);
      if (!(error instanceof UserAlreadyLinkedError)) throw error;
      // Somebody linked the user to another one meanwhile, and may even have undone it.
      return (await this.directory.findByUserId(link.userId)) ?? this.link(link);
    }
  }
}

const createdSchema = z.object({ id: stripeCustomerIdSchema });

/** Whether an attempt will never get further: the next one may. */
function isOver(error: unknown): boolean {
  return isReplayed(error) || error instanceof AttemptUndoneError || isEmailRefused(error);
}

/** Issuers verify addresses that Stripe does not take. */
function isEmailRefused(error: unknown): boolean {
  return error instanceof StripeRequestRefusedError && error.stripeCode === 'email_invalid';
}
