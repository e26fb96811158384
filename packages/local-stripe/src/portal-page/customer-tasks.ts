import { updateCustomer } from '../resources/customers.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { renderBackLink, renderFormButtons } from './layout.ts';
import { EntryRefused, completeTask, field, requireFeature } from './visit.ts';
import type { PageAnswer, PortalTask, Visit } from './visit.ts';

interface AddressFields {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly postal_code: string | null;
  readonly state: string | null;
  readonly country: string | null;
}

export const customerTasks: readonly PortalTask[] = [
  {
    method: 'GET',
    path: '/customer',
    handle: showCustomer,
  },
  {
    method: 'POST',
    path: '/customer',
    handle: saveCustomer,
  },
];

function showCustomer(visit: Visit): PageAnswer {
  requireFeature(visit.configuration.features.customer_update.enabled);
  const { customer } = visit;
  const allows = allowedBy(visit);
  return {
    title: 'Billing information',
    content: html`${renderBackLink(visit)}
      <h1>Billing information</h1>
      <form class="entry" method="post">
        ${allows('name') && input('name', 'Name', customer.name, 'name')}
        ${allows('email') && input('email', 'Email', customer.email, 'email', 'email')}
        ${allows('address') && addressFields('address', 'Billing address', customer.address)}
        ${allows('phone') && input('phone', 'Phone', customer.phone, 'tel', 'tel')}
        ${allows('shipping') && html`${input('shipping_name', 'Ship to', customer.shipping?.name, 'shipping name')}${addressFields('shipping', 'Shipping address', customer.shipping?.address)}`}
        ${allows('tax_id') && html`<p class="muted small">Stripe would offer tax IDs here; the local stand-in keeps none.</p>`}
        ${renderFormButtons(visit, 'Save')}
      </form>`,
  };
}

function saveCustomer(visit: Visit): PageAnswer {
  requireFeature(visit.configuration.features.customer_update.enabled);
  const allows = allowedBy(visit);
  const email = field(visit, 'email');
  if (allows('email') && !/^[^\s@]+@[^\s@]+$/.test(email))
    throw new EntryRefused('Enter a valid email address.');
  const shippingName = field(visit, 'shipping_name');
  updateCustomer(visit.store, visit.customer, {
    ...(allows('name') ? { name: field(visit, 'name') || null } : {}),
    ...(allows('email') ? { email } : {}),
    ...(allows('phone') ? { phone: field(visit, 'phone') || null } : {}),
    ...(allows('address') ? { address: addressOf(visit, 'address') } : {}),
    ...(allows('shipping')
      ? { shipping: shippingName ? { name: shippingName, address: addressOf(visit, 'shipping') } : null }
      : {}),
  });
  return completeTask(visit, 'customer_update', 'customer_updated');
}

/** Only the fields that the configuration allows are shown and accepted. */
function allowedBy(visit: Visit): (name: string) => boolean {
  const allowed: readonly string[] = visit.configuration.features.customer_update.allowed_updates;
  return (name) => allowed.includes(name);
}

function input(
  name: string,
  label: string,
  value: string | null | undefined,
  autocomplete: string,
  type = 'text',
): Html {
  return html`<label
    >${label}<input type="${type}" name="${name}" value="${value ?? ''}" autocomplete="${autocomplete}"
  /></label>`;
}

function addressFields(
  prefix: string,
  legend: string,
  address: Partial<AddressFields> | null | undefined,
): Html {
  const part = (name: keyof AddressFields, label: string, autocomplete: string): Html =>
    input(
      `${prefix}_${name}`,
      label,
      address?.[name],
      `${prefix === 'shipping' ? 'shipping' : 'billing'} ${autocomplete}`,
    );
  return html`<fieldset>
    <legend>${legend}</legend>
    ${part('line1', 'Street', 'address-line1')} ${part('line2', 'Apartment, floor', 'address-line2')}
    <div class="pair">
      ${part('postal_code', 'Postal code', 'postal-code')}${part('city', 'City', 'address-level2')}
    </div>
    <div class="pair">
      ${part('state', 'State or region', 'address-level1')}${part('country', 'Country (two letters)', 'country')}
    </div>
  </fieldset>`;
}

function addressOf(visit: Visit, prefix: string): AddressFields {
  const read = (name: keyof AddressFields): string | null => field(visit, `${prefix}_${name}`) || null;
  const country = read('country');
  if (country !== null && !/^[A-Za-z]{2}$/.test(country))
    throw new EntryRefused('Enter the country as two letters, as in US.');
  return {
    line1: read('line1'),
    line2: read('line2'),
    city: read('city'),
    postal_code: read('postal_code'),
    state: read('state'),
    country: country?.toUpperCase() ?? null,
  };
}
