import { BillingError } from '../shared/errors.ts';

/** The user has no customer. */
export class CustomerNotFoundError extends BillingError {
  /** @param message for an administrator, who is told of somebody else's */
  constructor(message = 'There is no billing account for you yet. It is made with your first purchase.') {
    super('CUSTOMER_NOT_FOUND', message);
  }
}

/** Stripe no longer has the customer who is linked. No purchase makes another: a person has to unlink it first. */
export class CustomerGoneError extends CustomerNotFoundError {
  constructor() {
    super('Your billing account is no longer there. Contact support.');
  }
}

/** The user is linked to another customer; unlink first, knowingly. */
export class UserAlreadyLinkedError extends BillingError {
  constructor(userId: string) {
    super('BAD_USER_INPUT', `User "${userId}" is linked to another Stripe customer. Unlink that one first.`);
  }
}

/** The customer belongs to another user; two users never share one. */
export class CustomerAlreadyLinkedError extends BillingError {
  constructor(stripeCustomerId: string) {
    super(
      'BAD_USER_INPUT',
      `Stripe customer "${stripeCustomerId}" is linked to another user. Unlink that one first.`,
    );
  }
}

/** The link was removed before, so that only an administrator makes it again. */
export class LinkRemovedError extends BillingError {
  constructor() {
    super('CUSTOMER_NOT_FOUND', 'Your billing account was unlinked. Contact support.');
  }
}

/** Which customer is the user's cannot be told: several name them, or the one that does is somebody else's. */
export class CustomerAmbiguousError extends BillingError {
  constructor(readonly stripeCustomerIds: readonly string[]) {
    const [one, ...others] = stripeCustomerIds;
    const what =
      others.length === 0 ? `${one} is linked to another user` : `${stripeCustomerIds.join(', ')} all do`;
    super('CUSTOMER_AMBIGUOUS', 'Your billing account needs to be sorted out by a person. Contact support.', {
      cause: new Error(
        `Customers at Stripe whose metadata names the user: ${what}. Link the user by hand to the right one.`,
      ),
    });
  }
}
