import { BadUserInputError, BillingError } from '../shared/errors.ts';

const noAccount = 'You have no billing account yet. Your first purchase creates it.';

export class CustomerNotFoundError extends BillingError {
  /** @param message for administrators, in place of the message for the user. @param signUpUrl where users become customers */
  constructor(message = noAccount, signUpUrl?: string) {
    super('CUSTOMER_NOT_FOUND', message, { signUpUrl });
  }
}

/** Stripe no longer has the linked customer. A purchase does not create another: an administrator has to unlink the user first. */
export class CustomerGoneError extends CustomerNotFoundError {
  constructor() {
    super('Your billing account no longer exists. Contact support.');
  }
}

/** One message for another customer's subscription and for a missing one, so that ids cannot be probed. */
export class NoSuchSubscriptionError extends BadUserInputError {
  constructor() {
    super('You have no such subscription.');
  }
}

export class UserAlreadyLinkedError extends BadUserInputError {
  constructor(userId: string) {
    super(`User "${userId}" is linked to another Stripe customer. Unlink the user first.`);
  }
}

export class CustomerAlreadyLinkedError extends BadUserInputError {
  constructor(stripeCustomerId: string) {
    super(`Stripe customer "${stripeCustomerId}" is linked to another user. Unlink that user first.`);
  }
}

/** The mapping was removed, so only an administrator can restore it. */
export class MappingRemovedError extends BillingError {
  constructor() {
    super('CUSTOMER_NOT_FOUND', 'Your billing account was unlinked. Contact support.');
  }
}

/** The user's customer is ambiguous: several customers name the user, or the customer that does is linked to another user. */
export class CustomerAmbiguousError extends BillingError {
  constructor(readonly stripeCustomerIds: readonly string[]) {
    const [one, ...others] = stripeCustomerIds;
    const what =
      others.length === 0 ? `${one} is linked to another user` : `${stripeCustomerIds.join(', ')} all do`;
    super('CUSTOMER_AMBIGUOUS', 'Your billing account needs manual attention. Contact support.', {
      cause: new Error(
        `Metadata of several or linked customers names the user: ${what}. Link the user to the right customer.`,
      ),
    });
  }
}
