import { startStripeGate } from './stripe-gate.ts';

type Fields = Readonly<Record<string, unknown>>;
type Alter = (found: Fields) => Fields;

/** A way to the local Stripe that alters subscriptions and customers, for states that the local Stripe cannot have. */
export interface AlteredStripe {
  readonly url: string;
  /** Alters the answers from now on, by the `object` member of what they have. */
  alter(by: Readonly<Record<string, Alter>>): void;
}

export async function startAlteredStripe(stripeUrl: string): Promise<AlteredStripe> {
  const gate = await startStripeGate(stripeUrl);
  return {
    url: gate.url,
    alter: (by) =>
      gate.watch(({ method, status, answer }) =>
        method === 'GET' && status === 200
          ? { status, headers: { 'content-type': 'application/json' }, body: alterAll(answer, by) }
          : 'pass',
      ),
  };
}

function alterAll(answer: string, by: Readonly<Record<string, Alter>>): string {
  return JSON.stringify(
    JSON.parse(answer, (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null || !('object' in value)) return value;
      return by[String(value.object)]?.({ ...value }) ?? value;
    }),
  );
}
