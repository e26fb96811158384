/** What every target is asked for, and what its answer must hold. */
export const returnUrl = 'https://app.example.com/account';

const sessionUrls = 'https://billing.stripe.com/p/session/test_';

/** The URL that the stub gives a session: it names the customer, so that an answer tells whose session it is. */
export function sessionUrlOf(customer: string, number: string): string {
  return `${sessionUrls}${customer}_${number}`;
}

export function isSessionOf(url: unknown, customer: string): boolean {
  return typeof url === 'string' && url.startsWith(`${sessionUrls}${customer}_`);
}
