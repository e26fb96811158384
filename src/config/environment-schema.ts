import * as z from 'zod';
import { type KeySource, checkKeySource } from '../auth/key-source.ts';
import type { OutboundProxy } from '../shared/outbound-agent.ts';
import { isLoopback } from '../shared/urls.ts';
import type { Environment } from './environment.ts';
import { authSchemas, keySchemas, linkingSchemas, schemas, stripeSchemas } from './variables.ts';

export type Variables = { readonly [Name in keyof typeof schemas]: z.output<(typeof schemas)[Name]> };

export type ReadVariables = Partial<Variables>;

const namesOf = <Group extends object>(group: Group) => Object.keys(group) as (keyof Group)[];

export const variableNames = namesOf(schemas);
export const stripeVariables = namesOf(stripeSchemas);
export const linkingVariables = namesOf(linkingSchemas);
export const keyVariables = namesOf(keySchemas);
export const authVariables = namesOf(authSchemas);

export type StripeVariable = keyof typeof stripeSchemas;
export type LinkingVariable = keyof typeof linkingSchemas;
export type AuthVariable = keyof typeof authSchemas;

/** What a service inside a host reads: the host identifies the callers. */
export type HostedVariable = Exclude<keyof Variables, AuthVariable>;
export const hostedVariables = variableNames.filter((name): name is HostedVariable => !(name in authSchemas));

/** Some machines set these only in lower case, which other tools also read. */
const alsoInLowerCase = new Set<keyof Variables>(['HTTPS_PROXY', 'NO_PROXY']);

export function isSet(env: Environment, name: keyof Variables): boolean {
  return findText(env, name) !== undefined;
}

/** Secret stores and files often add a line break. A shared secret stays as it is, because the issuer may sign with the line break. */
function findText(env: Environment, name: keyof Variables): string | undefined {
  const names = alsoInLowerCase.has(name) ? [name, name.toLowerCase()] : [name];
  const text = names.map((each) => env[each]).find((each) => each?.trim());
  return name === 'JWT_SECRET' ? text : text?.trim();
}

/** Reads only these variables, so that faults of others do not matter. */
export function readVariables(
  env: Environment,
  names: readonly (keyof Variables)[] = variableNames,
): { values: ReadVariables; faults: string[] } {
  const faults: string[] = [];
  const values: ReadVariables = {};
  for (const name of names) {
    const text = findText(env, name);
    const { success, data, error } = z.safeParse(schemas[name], text);
    if (success) Object.assign(values, { [name]: data });
    else
      for (const { message } of error.issues)
        faults.push(`${name}: ${text === undefined ? 'is required' : hidePasswords(message)}`);
  }
  return { values, faults: [...faults, ...checkStripe(values), ...checkPorts(values)] };
}

/** Faults are printed and kept by supervisors, and some repeat a URL. */
function hidePasswords(text: string): string {
  return text.replace(/\/\/[^\s"]*@/g, '//[secret]@');
}

export function hasAll<Name extends keyof Variables>(
  values: ReadVariables,
  names: readonly Name[],
): values is ReadVariables & Pick<Variables, Name> {
  return names.every((name) => name in values);
}

export function createProxyConfig({ HTTPS_PROXY: url, NO_PROXY: except }: ReadVariables): OutboundProxy {
  return { url: url ?? null, except: except ?? '' };
}

/** Reads the source of token keys, of which exactly one must be set. It is null when it has a fault. */
export function readKeySource(values: ReadVariables): { keySource: KeySource | null; faults: string[] } {
  const { JWT_JWKS_URL: url, JWT_PUBLIC_KEY: pem, JWT_SECRET: secret, JWT_JWKS_ALLOW_HTTP } = values;
  const allowHttp = JWT_JWKS_ALLOW_HTTP ?? false;
  const fail = (...faults: string[]) => ({ keySource: null, faults });
  const sources: [name: string, keySource: KeySource][] = [];
  if (url !== undefined)
    sources.push(['JWT_JWKS_URL', { kind: 'jwks', url, allowHttp, proxy: createProxyConfig(values) }]);
  if (pem !== undefined) sources.push(['JWT_PUBLIC_KEY', { kind: 'publicKey', pem }]);
  if (secret !== undefined) sources.push(['JWT_SECRET', { kind: 'secret', secret }]);

  const names = keyVariables.join(', ');
  const [source] = sources;
  // A variable that is set and has a fault is missing here, and reported already.
  if (source === undefined)
    return hasAll(values, keyVariables)
      ? fail(`${names}: one of them is required, to verify tokens`)
      : fail();
  if (sources.length > 1) return fail(`${names}: set only one of them`);
  const [name, keySource] = source;
  try {
    checkKeySource(keySource);
    return { keySource, faults: [] };
  } catch (error) {
    return fail(`${name}: ${error instanceof Error ? error.message : 'cannot be used'}`);
  }
}

export const stripeOrigin = 'https://api.stripe.com';

function checkStripe(values: ReadVariables): string[] {
  const { STRIPE_SECRET_KEY: key, STRIPE_API_URL: url, STRIPE_SCOPE: scope } = values;
  if (key === undefined) return [];
  const live = key.includes('_live_');
  const faults: string[] = [];
  if (url && live && url.origin !== stripeOrigin)
    faults.push(
      `STRIPE_API_URL: a live key is only sent to ${stripeOrigin}; unset the variable, or use a test key`,
    );
  if (url && !live && url.protocol === 'http:' && !isLoopback(url))
    faults.push('STRIPE_API_URL: expected https, or http on localhost, 127.0.0.1 or [::1]');
  if (url && url.href !== `${url.origin}/`)
    faults.push('STRIPE_API_URL: expected an origin without a path, such as http://127.0.0.1:12111');
  if (scope !== undefined && scope.startsWith('live') !== live)
    faults.push(
      'STRIPE_SCOPE: with a live key, the scope must begin with "live"; with a test key, it must not',
    );
  return faults;
}

/** Two addresses of one machine may have the same port. */
function checkPorts({ PORT, METRICS_PORT, HOST, METRICS_HOST }: ReadVariables): string[] {
  const mayBeEqual = HOST !== undefined && METRICS_HOST !== undefined && HOST !== METRICS_HOST;
  if (!METRICS_PORT || PORT !== METRICS_PORT || mayBeEqual) return [];
  return ['METRICS_PORT: expected another port than that of PORT'];
}
