import { createId } from '../ids.ts';
import { paginate, paginationParameters } from '../pagination.ts';
import { object, oneOf, required, string } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { invalidRequest, resourceMissing } from '../stripe-api-error.ts';
import type { Store } from '../store.ts';
import type { CustomerObject, TaxIdObject } from '../stripe-objects.ts';

/** Stripe's types of tax ids (https://docs.stripe.com/api/tax_ids/object). */
export const taxIdTypes: readonly string[] = `ad_nrt ae_trn al_tin am_tin ao_tin ar_cuit au_abn au_arn aw_tin
  az_tin ba_tin bb_tin bd_bin bf_ifu bg_uic bh_vat bj_ifu bo_tin br_cnpj br_cpf bs_tin by_tin ca_bn ca_gst_hst
  ca_pst_bc ca_pst_mb ca_pst_sk ca_qst cd_nif ch_uid ch_vat cl_tin cm_niu cn_tin co_nit cr_tin cv_nif de_stn do_rcn
  ec_ruc eg_tin es_cif et_tin eu_oss_vat eu_vat fo_vat gb_vat ge_vat gi_tin gn_nif hk_br hr_oib hu_tin ic_nif
  id_npwp il_vat in_gst is_vat it_cf jp_cn jp_rn jp_trn ke_pin kg_tin kh_tin kr_brn kz_bin la_tin li_uid li_vat
  lk_vat ma_vat md_vat me_pib mk_vat mr_nif mx_rfc my_frp my_itn my_sst ng_tin no_vat no_voec np_pan nz_gst om_vat
  pe_ruc ph_tin pl_nip py_ruc ro_tin rs_pib ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin sn_ninea sr_fin sv_nit th_vat
  tj_tin tr_tin tw_vat tz_vat ua_vat ug_tin us_ein uy_ruc uz_tin uz_vat ve_rif vn_tin za_vat zm_tin zw_tin`.split(
  /\s+/,
);

/** The types that Stripe verifies with a government's register; others stay `unavailable`. */
const verifiedTypes = ['au_abn', 'eu_vat', 'gb_vat'];

const formats: Readonly<Record<string, RegExp>> = {
  au_abn: /^\d{11}$/,
  eu_vat:
    /^(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)[0-9A-Z+*]{2,12}$/,
  gb_vat: /^GB(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
  us_ein: /^\d{2}-?\d{7}$/,
};

export const taxIdParameters = { type: required(oneOf(taxIdTypes)), value: required(string()) };
export const taxIdData = object(taxIdParameters);

export function createTaxIdRoutes(store: Store): ApiRoute[] {
  const find = (customer: string, id: string): TaxIdObject => {
    const taxId = store.get('tax_id', id);
    if (taxId.customer !== customer) throw resourceMissing('tax_id', id, 'id', 404);
    return taxId;
  };
  return [
    createRoute({
      method: 'POST',
      path: '/v1/customers/:id/tax_ids',
      parameters: taxIdParameters,
      handle: ({ id, values }) => createTaxId(store, store.get('customer', id), values),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/customers/:id/tax_ids',
      parameters: paginationParameters,
      handle: ({ id, values }) =>
        paginate(taxIdsOf(store, store.get('customer', id).id), values, `/v1/customers/${id}/tax_ids`),
    }),
    createRoute({
      method: 'GET',
      path: '/v1/customers/:id/tax_ids/:child',
      parameters: {},
      handle: ({ id, child }) => find(id, child),
    }),
    createRoute({
      method: 'DELETE',
      path: '/v1/customers/:id/tax_ids/:child',
      parameters: {},
      handle: ({ id, child }) => store.remove('customer.tax_id.deleted', find(id, child)),
    }),
  ];
}

/** A customer's tax ids, newest first. */
export function taxIdsOf(store: Store, customerId: string): TaxIdObject[] {
  return store.all('tax_id').filter((each) => each.customer === customerId);
}

/** @throws StripeApiError for a value that cannot be a tax id of the type */
export function createTaxId(
  store: Store,
  customer: CustomerObject,
  { type, value }: { readonly type: string; readonly value: string },
): TaxIdObject {
  if (formats[type]?.test(value.replace(/\s/g, '').toUpperCase()) === false) {
    throw invalidRequest(`Invalid value for ${type}.`, 'value', 'tax_id_invalid');
  }
  const country = type === 'eu_vat' ? value.slice(0, 2).toUpperCase() : type.slice(0, 2).toUpperCase();
  return store.commit('customer.tax_id.created', {
    id: createId('txi'),
    object: 'tax_id',
    country: type === 'eu_oss_vat' ? null : country === 'EL' ? 'GR' : country,
    created: store.now(),
    customer: customer.id,
    customer_account: null,
    livemode: false,
    owner: { type: 'customer', customer: customer.id },
    type,
    value,
    verification: verificationOf(type, value),
  });
}

export const verificationStatuses = ['pending', 'unavailable', 'unverified', 'verified'] as const;

/**
 * Stripe verifies after the answer, so a tax id is pending. Here it stays so until a control decides, except for
 * Stripe's test values of nine zeros and nine ones.
 */
function verificationOf(type: string, value: string): TaxIdObject['verification'] {
  const status = !verifiedTypes.includes(type)
    ? 'unavailable'
    : value.endsWith('000000000')
      ? 'verified'
      : value.endsWith('111111111')
        ? 'unverified'
        : 'pending';
  return { status, verified_address: null, verified_name: null };
}
