// A stand-in for Stripe that costs next to nothing: it checks what it is asked and answers in Stripe's format. It keeps
// the configurations that are made, and nothing else.
import { createServer } from 'node:http';
import { parse } from 'qs';
import { returnUrl, sessionUrlOf } from '../expected.ts';

const { PORT = '0', STUB_DELAY_MS = '0' } = process.env;

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Configuration {
  readonly id: string;
  readonly is_default: boolean;
  [member: string]: unknown;
}

const now = Math.floor(Date.now() / 1000);
const configurations = new Map<string, Configuration>();
let sessions = 0;

/** What Stripe answers for features that a request leaves out. */
const featureDefaults: Readonly<Record<string, object>> = {
  customer_update: { enabled: false, allowed_updates: [] },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
    cancellation_reason: { enabled: false, options: [] },
  },
  subscription_update: {
    enabled: false,
    default_allowed_updates: [],
    proration_behavior: 'none',
    trial_update_behavior: 'end_trial',
    schedule_at_period_end: { conditions: [] },
  },
};

interface ConfigurationForm {
  readonly features?: Readonly<Record<string, object>>;
  readonly business_profile?: object;
}

function addConfiguration(isDefault: boolean, form: ConfigurationForm): Configuration {
  const id = `bpc_1Bench${String(configurations.size).padStart(16, '0')}`;
  const configuration = {
    id,
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    created: now,
    default_return_url: null,
    is_default: isDefault,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    updated: now,
    ...form,
    business_profile: {
      headline: null,
      privacy_policy_url: null,
      terms_of_service_url: null,
      ...form.business_profile,
    },
    features: Object.fromEntries(
      Object.entries(featureDefaults).map(([name, left]) => [name, { ...left, ...form.features?.[name] }]),
    ),
  };
  configurations.set(id, configuration);
  return configuration;
}

const { id: defaultConfiguration } = addConfiguration(true, {});

const succeed = (body: object): Answer => ({ status: 200, body: JSON.stringify(body) });

function refuse(status: number, message: string, param: string | null = null): Answer {
  return { status, body: JSON.stringify({ error: { type: 'invalid_request_error', message, param } }) };
}

const sentReturnUrls: ReadonlySet<string> = new Set([returnUrl, encodeURIComponent(returnUrl)]);

/** By hand, as it is asked for far more often than all else: what the stub costs, those who are measured do not get. */
function createSession(text: string): Answer {
  const form = readFlatForm(text);
  const customer = form.get('customer') ?? '';
  const configuration = form.get('configuration') ?? defaultConfiguration;
  if (!/^cus_Bench\w+$/.test(customer)) return refuse(400, `No such customer: '${customer}'`, 'customer');
  if (!sentReturnUrls.has(form.get('return_url') ?? ''))
    return refuse(400, 'Not the return URL', 'return_url');
  if (!configurations.has(configuration)) return refuse(400, 'No such configuration', 'configuration');
  sessions += 1;
  const number = String(sessions).padStart(16, '0');
  const body =
    `{"id":"bps_1Bench${number}","object":"billing_portal.session","after_expiration":null,` +
    `"configuration":"${configuration}","created":${now},"customer":"${customer}","customer_account":null,` +
    `"flow":null,"livemode":false,"locale":null,"on_behalf_of":null,"return_url":"${returnUrl}",` +
    `"url":"${sessionUrlOf(customer, number)}"}`;
  return { status: 200, body };
}

/** Names and values as they were sent; none of those that are looked at needs to be decoded, but for one. */
function readFlatForm(text: string): ReadonlyMap<string, string> {
  const form = new Map<string, string>();
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    form.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return form;
}

function answer(method: string, url: string, text: string): Answer {
  if (method === 'POST' && url === '/v1/billing_portal/sessions') return createSession(text);
  const [path = '', query = ''] = url.split('?');
  if (method === 'POST' && path === '/v1/billing_portal/configurations')
    return succeed(addConfiguration(false, readForm(text)));
  if (method === 'POST' && path.startsWith('/v1/billing_portal/configurations/')) return keep(path, text);
  if (method === 'GET' && path === '/v1/billing_portal/configurations')
    return listConfigurations(path, query);
  if (method === 'GET' && path === '/v1/subscriptions') {
    return list(path, [createSubscription(new URLSearchParams(query).get('customer') ?? '')]);
  }
  if (method === 'GET' && path === '/v1/products')
    return list(path, [{ id: 'prod_Bench', object: 'product', name: 'Bench' }]);
  const [, customer] = /^\/v1\/customers\/(cus_\w+)$/.exec(path) ?? [];
  if (method === 'GET' && customer !== undefined) return succeed(createCustomer(customer));
  return refuse(404, `Unrecognized request URL (${method}: ${path})`);
}

function keep(path: string, text: string): Answer {
  const found = configurations.get(path.slice(path.lastIndexOf('/') + 1));
  if (found === undefined) return refuse(404, 'No such configuration');
  return succeed(Object.assign(found, readForm(text)));
}

function listConfigurations(path: string, query: string): Answer {
  const { is_default: isDefault } = parse(query);
  const found = [...configurations.values()];
  return list(
    path,
    isDefault === undefined ? found : found.filter((each) => String(each.is_default) === isDefault),
  );
}

const list = (url: string, data: readonly object[]): Answer =>
  succeed({ object: 'list', data, has_more: false, url });

const createCustomer = (id: string): object => ({
  id,
  object: 'customer',
  balance: 0,
  created: now,
  delinquent: false,
  email: 'jenny.rosen@example.com',
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null },
  livemode: false,
  metadata: {},
  name: 'Jenny Rosen',
});

const createSubscription = (customer: string): object => ({
  id: customer.replace('cus_', 'sub_'),
  object: 'subscription',
  cancel_at: null,
  cancel_at_period_end: false,
  collection_method: 'charge_automatically',
  created: now,
  currency: 'usd',
  customer,
  discounts: [],
  items: {
    object: 'list',
    data: [
      {
        id: 'si_Bench',
        object: 'subscription_item',
        current_period_end: now + 30 * 24 * 3600,
        discounts: [],
        price: {
          id: 'price_Bench',
          object: 'price',
          billing_scheme: 'per_unit',
          currency: 'usd',
          product: 'prod_Bench',
          recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
          unit_amount: 1_000,
        },
        quantity: 1,
      },
    ],
    has_more: false,
    url: '/v1/subscription_items',
  },
  livemode: false,
  metadata: {},
  pause_collection: null,
  start_date: now,
  status: 'active',
  trial_end: null,
});

/** A form with its brackets as an object, and its words as the values they stand for. */
function readForm(text: string): object {
  return parse(text, {
    depth: 10,
    decoder: (part, decode, charset, type) => {
      const word: unknown = decode(part, undefined, charset);
      if (type === 'key') return word;
      return word === 'true' ? true : word === 'false' ? false : word;
    },
  });
}

let answers = 0;
const delayMs = Number(STUB_DELAY_MS);

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    const { status, body } = answer(request.method ?? '', request.url ?? '', text);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'request-id': `req_${(answers += 1)}`,
    };
    const send = (): void => void response.writeHead(status, headers).end(body);
    if (delayMs === 0) send();
    else setTimeout(send, delayMs);
  });
});
server.listen(Number(PORT), '127.0.0.1', 4_096);
