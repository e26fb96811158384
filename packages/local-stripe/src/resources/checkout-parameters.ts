import { array, email, integer, metadata, object, oneOf, required, string, url } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';

/** The parameters of a Checkout session, whether the API or a Payment Link creates it. */
export const checkoutParameters = {
  cancel_url: url(),
  client_reference_id: string({ maxLength: 200 }),
  currency: string(),
  customer: string(),
  customer_creation: oneOf(['always', 'if_required']),
  customer_email: email(),
  line_items: array(object({ price: required(string()), quantity: integer({ min: 1 }) })),
  metadata: metadata(),
  mode: required(oneOf(['payment', 'setup', 'subscription'])),
  success_url: required(url()),
};

export type CheckoutValues = Decoded<typeof checkoutParameters>;
