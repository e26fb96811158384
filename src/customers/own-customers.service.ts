import type { Caller } from '../auth/claims.ts';
import type { CommandConfig } from '../config/command-config.ts';
import type { Platform } from '../platform.ts';
import { SharedReads } from '../stripe/reads.ts';
import {
  StripeRequestRefusedError,
  StripeUnavailableError,
  isReplayed,
  wasReplayed,
} from '../stripe/stripe.errors.ts';
import type { CreationAttempt } from './creation-attempts.ts';
import type { CustomerAdminParts } from './customer-admin.service.ts';
import { type CustomerMapping, type MappingIds, stripeCustomerIdSchema } from './customer-directory.ts';
import {
  CustomerAlreadyLinkedError,
  CustomerAmbiguousError,
  CustomerNotFoundError,
  MappingRemovedError,
  UserAlreadyLinkedError,
} from './customer.errors.ts';
import { type NamingMetadata, isNamed, listNamed } from './stripe-customer.ts';

/** The metadata key for the mark of the attempt that created the customer. Only this store knows the random mark. */
export const markKey = 'billing_portal_attempt';

/** The attempts that one call makes when Stripe replays failures. The next call continues from there. */
const maxRounds = 3;
/** Longer than Stripe's search usually lags and than clocks differ. */
const lookBackMs = 5 * 60_000;
/** Longer than the search lags in an outage, which is up to an hour. */
const longestLookBackMs = 120 * 60_000;

type OwnCustomersParts = Omit<CustomerAdminParts, 'leases'> & Pick<Platform, 'now'>;

/** Stripe replayed the creation of a customer that was since deleted, changed or unlinked. */
class AttemptUndoneError extends StripeUnavailableError {
  constructor(id: string) {
    super(new Error(`Stripe replayed the creation of ${id}, which no longer belongs to the user`));
  }
}

/**
 * Finds the caller's customer, or creates one. Exactly one customer is created, however many processes try at once and
 * wherever they crash: an attempt is stored before Stripe is called, and all processes that join the attempt send the
 * same request with the same idempotency key.
 *
 * An existing customer is linked in two cases only: an attempt of this store created it, which its random mark proves, or
 * it names the user under the metadata key that the operator's own server writes.
 */
export class OwnCustomers {
  private readonly creations = new SharedReads<CustomerMapping>();

  constructor(
    private readonly parts: OwnCustomersParts,
    private readonly config: Pick<CommandConfig, 'customerCreation' | 'linking' | 'signUpUrl'>,
  ) {}

  /** @throws CustomerNotFoundError, CustomerAmbiguousError, and the errors of Stripe and the store */
  async get(caller: Caller): Promise<CustomerMapping> {
    const mapping = await this.parts.directory.findByUserId(caller.userId);
    if (mapping !== null) return mapping;
    const { customerCreation, signUpUrl } = this.config;
    if (customerCreation === 'never') throw new CustomerNotFoundError(undefined, signUpUrl?.href);
    // A page may send several requests at once, and Stripe allows only 20 searches a second.
    return this.creations.read(caller.userId, () => this.create(caller));
  }

  async create(caller: Caller): Promise<CustomerMapping> {
    try {
      return await this.findOrCreate(caller);
    } catch (error) {
      const { userId } = caller;
      const ids = error instanceof CustomerAmbiguousError ? error.stripeCustomerIds : [];
      for (const stripeCustomerId of ids)
        await this.parts.conflicts.report({ userId, stripeCustomerId }, this.parts.now(), caller);
      throw error;
    }
  }

  private async findOrCreate(caller: Caller): Promise<CustomerMapping> {
    const { userId, email } = caller;
    const { attempts } = this.parts;
    let latest = await attempts.findLatest(userId);
    let failure: unknown;
    for (let round = 1; ; round += 1) {
      const existing = await this.findExisting(userId, latest);
      if (existing !== null) return this.adopt(caller, existing);
      const attempt = await attempts.join(userId, latest, {
        email: isEmailRefused(failure) ? null : email,
        isOver: failure !== undefined,
      });
      // Another process may have linked the user so long ago that a sweep has removed its attempt.
      const mapping = await this.parts.directory.findByUserId(userId);
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

  /** Finds the user's customer at Stripe. A customer that an attempt has just created is in Stripe's list immediately. */
  private async findExisting(userId: string, latest: CreationAttempt | null): Promise<string | null> {
    const now = this.parts.now().getTime();
    const since = Math.max((latest?.beganAt.getTime() ?? now) - lookBackMs, now - longestLookBackMs);
    const metadata = { ...this.getName(userId), ...(latest === null ? {} : toMark(latest)) };
    const found = await listNamed(this.parts.stripe, metadata, new Date(since));
    const allowed = await Promise.all(
      found.map((stripeCustomerId) => this.parts.mappings.isAllowed({ userId, stripeCustomerId })),
    );
    const [id = null, ...others] = found.filter((_id, index) => allowed[index]);
    if (id !== null && others.length > 0) throw new CustomerAmbiguousError([id, ...others]);
    return id;
  }

  private getName(userId: string): NamingMetadata {
    const { metadataKey } = this.config.linking;
    return metadataKey === null ? {} : { [metadataKey]: userId };
  }

  private adopt(caller: Caller, stripeCustomerId: string): Promise<CustomerMapping> {
    const { userId } = caller;
    const intent = { actor: caller, action: 'link_customer', userId, target: stripeCustomerId } as const;
    return this.parts.audit.record(intent, () => this.link({ userId, stripeCustomerId }));
  }

  private make(caller: Caller, attempt: CreationAttempt): Promise<CustomerMapping> {
    const { userId } = caller;
    const details = { attempt: String(attempt.number) };
    const intent = { actor: caller, action: 'create_customer', userId, details } as const;
    return this.parts.audit.record(intent, async (operation) => {
      const stripeCustomerId = await this.createAtStripe(userId, attempt);
      operation.aimAt(stripeCustomerId);
      const mapping = await this.link({ userId, stripeCustomerId });
      const { attempts, mappings } = this.parts;
      const isOther = mapping.stripeCustomerId !== stripeCustomerId;
      // An erasure removes the attempts first: one that came in between is seen now, or removes this mapping itself.
      return isOther || (await attempts.has(userId, attempt)) ? mapping : mappings.withdraw(mapping);
    });
  }

  private async createAtStripe(userId: string, attempt: CreationAttempt): Promise<string> {
    const { email, idempotencyKey } = attempt;
    const metadata = { ...toMark(attempt), ...this.getName(userId) };
    const params = { metadata, ...(email === null ? {} : { email }) };
    const created = await this.parts.stripe.write(
      (sdk, options) => sdk.customers.create(params, options),
      idempotencyKey,
    );
    const { success, data: id } = stripeCustomerIdSchema.safeParse(created.id);
    if (!success || created.metadata[markKey] !== attempt.mark)
      throw new StripeUnavailableError(new Error('Stripe did not answer with the created customer'));
    if (wasReplayed(created.lastResponse) && !(await isNamed(this.parts.stripe, metadata, id)))
      throw new AttemptUndoneError(id);
    return id;
  }

  private async link(link: MappingIds): Promise<CustomerMapping> {
    try {
      return await this.parts.mappings.link(link);
    } catch (error) {
      if (error instanceof MappingRemovedError) throw new AttemptUndoneError(link.stripeCustomerId);
      if (error instanceof CustomerAlreadyLinkedError)
        throw new CustomerAmbiguousError([link.stripeCustomerId]);
      if (!(error instanceof UserAlreadyLinkedError)) throw error;
      // The user was linked to another customer meanwhile, and maybe unlinked again.
      return (await this.parts.directory.findByUserId(link.userId)) ?? this.link(link);
    }
  }
}

function toMark({ mark }: CreationAttempt): NamingMetadata {
  return { [markKey]: mark };
}

function isOver(error: unknown): boolean {
  return isReplayed(error) || error instanceof AttemptUndoneError || isEmailRefused(error);
}

/** Issuers may verify addresses that Stripe refuses. */
function isEmailRefused(error: unknown): boolean {
  return error instanceof StripeRequestRefusedError && error.refusal.code === 'email_invalid';
}
