import { updateCustomer } from '../resources/customers.ts';
import { createTaxId, taxIdTypes, taxIdsOf } from '../resources/tax-ids.ts';
import { isCountry, listCountries } from './countries.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { say } from './language.ts';
import { postButton, renderBackLink, renderFormButtons } from './layout.ts';
import { EntryRefused, PageNotFound, completeTask, field, requireFeature } from './visit.ts';
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
  {
    method: 'POST',
    path: '/customer/tax-ids/:id/remove',
    handle: removeTaxId,
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
        ${allows('tax_id') && taxIdFields()} ${renderFormButtons(visit, 'Save')}
      </form>
      ${allows('tax_id') && renderTaxIds(visit)}`,
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
  const value = field(visit, 'tax_id');
  if (allows('tax_id') && value) createTaxId(visit.store, visit.customer, { type: taxIdType(visit), value });
  return completeTask(visit, 'customer_update', 'customer_updated');
}

function taxIdType(visit: Visit): string {
  const type = field(visit, 'tax_id_type');
  if (!taxIdTypes.includes(type)) throw new EntryRefused('Choose the type of the tax ID.');
  return type;
}

function removeTaxId(visit: Visit): PageAnswer {
  requireFeature(visit.configuration.features.customer_update.enabled && allowedBy(visit)('tax_id'));
  const taxId = taxIdsOf(visit.store, visit.customer.id).find(({ id }) => id === visit.params.id);
  if (!taxId) throw new PageNotFound();
  visit.store.remove('customer.tax_id.deleted', taxId);
  return { redirect: `${visit.home}/customer` };
}

/** One more tax id. */
function taxIdFields(): Html {
  return html`<fieldset>
    <legend>Tax ID</legend>
    <div class="pair">
      <label
        >Tax ID type<select name="tax_id_type">
          ${taxIdTypes.map((type) => html`<option value="${type}">${type.replaceAll('_', ' ').toUpperCase()}</option>`)}
        </select></label
      >${input('tax_id', 'Tax ID', '', 'off')}
    </div>
  </fieldset>`;
}

/** The customer's tax ids. Another form: a form cannot contain forms. */
function renderTaxIds(visit: Visit): Html {
  return html`${taxIdsOf(visit.store, visit.customer.id).map(
    ({ id, value, type }) =>
      html`<div class="row">
        <p>${value} <span class="muted small">${type.replaceAll('_', ' ').toUpperCase()}</span></p>
        ${postButton(`${visit.home}/customer/tax-ids/${id}/remove`, 'Remove', 'link', value)}
      </div>`,
  )}`;
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
    >${say(label)}<input type="${type}" name="${name}" value="${value ?? ''}" autocomplete="${autocomplete}"
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
    <legend>${say(legend)}</legend>
    ${part('line1', 'Street', 'address-line1')} ${part('line2', 'Apartment, floor', 'address-line2')}
    <div class="pair">
      ${part('postal_code', 'Postal code', 'postal-code')}${part('city', 'City', 'address-level2')}
    </div>
    <div class="pair">
      ${part('state', 'State or region', 'address-level1')}${countryField(prefix, address?.country)}
    </div>
  </fieldset>`;
}

function countryField(prefix: string, chosen: string | null | undefined): Html {
  return html`<label
    >Country<select
      name="${prefix}_country"
      autocomplete="${prefix === 'shipping' ? 'shipping' : 'billing'} country"
    >
      <option value="">Choose a country</option>
      ${listCountries().map(([code, name]) => html`<option value="${code}" ${code === chosen && html` selected`}>${name}</option>`)}
    </select></label
  >`;
}

function addressOf(visit: Visit, prefix: string): AddressFields {
  const read = (name: keyof AddressFields): string | null => field(visit, `${prefix}_${name}`) || null;
  const country = read('country');
  if (country !== null && !isCountry(country)) throw new EntryRefused('Choose a country from the list.');
  return {
    line1: read('line1'),
    line2: read('line2'),
    city: read('city'),
    postal_code: read('postal_code'),
    state: read('state'),
    country,
  };
}
