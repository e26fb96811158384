import { attachPaymentMethod, detachPaymentMethod } from '../resources/payment-methods.ts';
import { updateCustomer } from '../resources/customers.ts';
import type { PaymentMethodObject } from '../stripe-objects.ts';
import { html } from './html.ts';
import { renderBackLink, renderFormButtons } from './layout.ts';
import { EntryRefused, PageNotFound, completeTask, field, requireFeature } from './visit.ts';
import type { PageAnswer, PortalTask, Visit } from './visit.ts';

/** The test payment methods that pages offer in place of a form for a card. */
export const offeredMethods: readonly (readonly [id: string, label: string, hint: string])[] = [
  ['pm_card_visa', 'Visa •••• 4242', 'Payments succeed'],
  ['pm_card_mastercard', 'Mastercard •••• 4444', 'Payments succeed'],
  ['pm_card_amex', 'American Express •••• 8431', 'Payments succeed'],
  ['pm_usBankAccount', 'US bank account •••• 6789', 'Payments succeed'],
  ['pm_card_chargeCustomerFail', 'Visa •••• 0341', 'Can be saved, but every payment is declined'],
];

function showCards(visit: Visit): PageAnswer {
  requireFeature(visit.configuration.features.payment_method_update.enabled);
  return {
    title: 'Add payment method',
    content: html`${renderBackLink(visit)}
      <h1>Add payment method</h1>
      <p class="muted">
        Stripe would ask for a card here. The local stand-in offers Stripe’s test payment methods instead, so
        that no real card number is ever entered.
      </p>
      <form class="entry" method="post">
        <fieldset>
          <legend>Test payment method</legend>
          ${offeredMethods.map(
            ([id, label, hint], index) =>
              html`<label class="choice"
                ><input
                  type="radio"
                  name="card"
                  value="${id}"
                  required${index === 0 && html` checked`}
                /><span>${label}<span class="hint">${hint}</span></span></label
              >`,
          )}
        </fieldset>
        <label class="choice"
          ><input type="checkbox" name="default" value="yes" checked /><span
            >Use it for all future payments</span
          ></label
        >
        ${renderFormButtons(visit, 'Add')}
      </form>`,
  };
}

function addCard(visit: Visit): PageAnswer {
  requireFeature(visit.configuration.features.payment_method_update.enabled);
  const card = field(visit, 'card');
  if (!offeredMethods.some(([id]) => id === card))
    throw new EntryRefused('Choose one of the test payment methods.');
  const method = attachPaymentMethod(visit.store, card, visit.customer.id, 'payment_method');
  // The flow promises a new default: https://docs.stripe.com/api/customer_portal/sessions/create
  const inFlow = visit.inFlow && visit.session.flow?.type === 'payment_method_update';
  if (inFlow || field(visit, 'default') === 'yes') makeDefault(visit, method);
  return completeTask(visit, 'payment_method_update', 'method_added');
}

function chooseDefault(visit: Visit): PageAnswer {
  makeDefault(visit, pathMethod(visit));
  return { redirect: `${visit.home}?notice=method_default` };
}

function remove(visit: Visit): PageAnswer {
  const method = pathMethod(visit);
  if (visit.customer.invoice_settings.default_payment_method === method.id) {
    throw new EntryRefused(
      'The default payment method cannot be removed. Make another one the default first.',
    );
  }
  detachPaymentMethod(visit.store, method);
  return { redirect: `${visit.home}?notice=method_removed` };
}

export const paymentMethodTasks: readonly PortalTask[] = [
  {
    method: 'GET',
    path: '/payment-methods/add',
    handle: showCards,
  },
  {
    method: 'POST',
    path: '/payment-methods/add',
    handle: addCard,
  },
  {
    method: 'POST',
    path: '/payment-methods/:id/default',
    handle: chooseDefault,
  },
  {
    method: 'POST',
    path: '/payment-methods/:id/remove',
    handle: remove,
  },
];

function pathMethod(visit: Visit): PaymentMethodObject {
  requireFeature(visit.configuration.features.payment_method_update.enabled);
  const method = visit.store.find('payment_method', visit.params.id ?? '');
  if (method?.customer !== visit.customer.id) throw new PageNotFound();
  return method;
}

/** Makes a card the default for all future invoices, of every subscription. */
function makeDefault(visit: Visit, method: PaymentMethodObject): void {
  updateCustomer(visit.store, visit.customer, { invoice_settings: { default_payment_method: method.id } });
}
