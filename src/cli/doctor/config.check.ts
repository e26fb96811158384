import { readFile } from 'node:fs/promises';
import { buildSchema } from 'graphql';
import { describeStartFailure } from '../../process/start-failure.ts';
import { loadTrustedDocuments } from '../../graphql/trusted-documents.ts';
import { findFreePort } from '../free-port.ts';
import { type Check, type Judgement, fail, pass, requireVariables, warn } from './check.ts';

export const checkVariables: Check = ({ faults }) =>
  faults.length === 0 ? pass('every variable can be read') : faults.map((fault) => fail(fault));

export const checkEnvironment: Check = (deployment) => {
  const { NODE_ENV: name, LANDING_PAGE: page = 'none' } = requireVariables(deployment, 'NODE_ENV');
  if (deployment.production) {
    if (page === 'none') return pass('production: no landing page, no introspection');
    return warn(
      'production shows an API explorer and answers introspection for every visitor',
      'Unset LANDING_PAGE, unless the API is meant to be explored.',
    );
  }
  if (deployment.stripe?.livemode !== true) return pass(`${name}: introspection is answered`);
  return warn(
    `NODE_ENV is ${name}, but the key is live: introspection is answered, and the command line signs tokens`,
    'Set NODE_ENV=production.',
  );
};

/** Tries any free port: the service may be running already. */
export const checkAddresses: Check = async ({ values }) => {
  const judgements: Judgement[] = [];
  for (const name of ['HOST', 'METRICS_HOST'] as const) {
    const { [name]: host } = values;
    if (host === undefined) continue;
    const failure = await findFreePort(host).then(() => null, describeStartFailure);
    judgements.push(
      failure === null ? pass(`the service can listen on ${host}`) : fail(`${name} is ${host}: ${failure}`),
    );
  }
  return judgements;
};

/** The service speaks plain HTTP, so a public https address means that a proxy is in front of it. */
export const checkProxy: Check = (deployment) => {
  const values = requireVariables(deployment, 'TRUST_PROXY', 'RATE_LIMIT');
  const { TRUST_PROXY: trusted, RATE_LIMIT: limit, PUBLIC_URL: publicUrl } = values;
  if (limit === null) return pass('RATE_LIMIT is off: requests are not counted by address');
  if (typeof trusted === 'number') return pass(`clients are told apart behind ${trusted} of your proxies`);
  if (trusted !== false) return pass(`clients are told apart behind ${trusted.join(', ')}`);
  if (publicUrl?.protocol !== 'https:')
    return pass('TRUST_PROXY is off: clients connect to the service directly');
  return warn(
    `TRUST_PROXY is off, and a proxy must be in front of ${publicUrl.origin}: all its users share ${10 * limit.requests} requests in ${limit.perSeconds} s`,
    'Set TRUST_PROXY to the number of proxies in front, or to their addresses.',
  );
};

export const checkReturnUrls: Check = (deployment) => {
  const { RETURN_URLS: entries } = requireVariables(deployment, 'RETURN_URLS');
  const warnings = deployment.production ? entries.flatMap(judgeReturnUrl) : [];
  if (warnings.length > 0) return warnings;
  return pass(entries.map(({ origin, path }) => `${origin}${path ?? ''}`).join(', '));
};

function judgeReturnUrl({ origin, path }: { origin: string; path: string | null }): Judgement | [] {
  if (origin.startsWith('http:'))
    return warn(
      `${origin} is on the customer's own machine`,
      'Remove it from RETURN_URLS in production: any program on that machine could receive the customer.',
    );
  if (path !== null) return [];
  return warn(
    `${origin} allows every path, including pages that redirect to other sites`,
    `Narrow it in RETURN_URLS to the pages that open the portal, such as ${origin}/account`,
  );
}

export const checkLinking: Check = (deployment) => {
  const values = requireVariables(deployment, 'LINK_BY_CLIENT_REFERENCE_ID', 'CUSTOMER_CREATION');
  const { LINK_BY_METADATA_KEY: key, LINK_BY_CLIENT_REFERENCE_ID: byReference } = values;
  if (key === undefined && !byReference) {
    const isOnDemand = values.CUSTOMER_CREATION === 'on_demand';
    const rest = isOnDemand ? ', and the first session of an unlinked user creates a customer' : '';
    return pass(`nothing at Stripe names a user: administrators link users to customers${rest}`);
  }
  const reference =
    'client_reference_id of every Checkout session on the account, except from payment links, names a user';
  return [...(key === undefined ? [] : [judgeMetadataKey(key)]), ...(byReference ? [pass(reference)] : [])];
};

/** Metadata keys that other products on a Stripe account are likely to write as well. */
const commonKeys =
  /^(user|customer|account|org|organization|tenant|client|member)?[_.-]?(id|uid|ref|reference)?$|^sub$/i;

function judgeMetadataKey(key: string): Judgement {
  const detail = `metadata.${key} of customers and Checkout sessions names a user`;
  if (!commonKeys.test(key)) return pass(detail);
  return warn(
    `${detail}, and other products and deployments on the account are likely to write this key too`,
    'Set LINK_BY_METADATA_KEY to a key that only this deployment and your server write, such as acme_production_user_id.',
  );
}

/** The relative path is the same from the source and from the built package. */
const schemaFile = new URL('../../../schema.graphql', import.meta.url);

export const checkTrustedDocuments: Check = async ({ values: { TRUSTED_DOCUMENTS: manifests } }) => {
  if (!manifests) return [];
  const schema = buildSchema(await readFile(schemaFile, 'utf8'));
  try {
    const { size } = await loadTrustedDocuments(manifests, schema);
    return pass(`operations that are served: ${size}, and no others`);
  } catch (error) {
    return fail(error instanceof Error ? error.message : 'the manifests cannot be read');
  }
};
