import type { FormFields, FormValue } from './form.ts';
import { invalidRequest } from './stripe-api-error.ts';

/** Decodes one parameter of a form. Errors use Stripe's words. */
export interface Parameter<T, Required extends boolean = boolean> {
  readonly required: Required;
  decode(value: FormValue, path: string): T;
}

export type ParameterTable = Readonly<Record<string, Parameter<unknown>>>;

type Simplify<T> = { [K in keyof T]: T[K] };
type RequiredNames<P> = { [K in keyof P]: P[K] extends Parameter<unknown, true> ? K : never }[keyof P];
type ValueOf<P> = P extends Parameter<infer T> ? T : never;

/** The decoded values of a parameter table. */
export type Decoded<P extends ParameterTable> = Simplify<
  { readonly [K in RequiredNames<P>]: ValueOf<P[K]> } & {
    readonly [K in Exclude<keyof P, RequiredNames<P>>]?: ValueOf<P[K]>;
  }
>;

function optional<T>(decode: Parameter<T>['decode']): Parameter<T, false> {
  return { required: false, decode };
}

/** Makes a parameter required. */
export function required<T>(parameter: Parameter<T>): Parameter<T, true> {
  return { required: true, decode: (value, path) => parameter.decode(value, path) };
}

/** Decodes an empty value as null, which unsets the parameter. */
export function emptyable<T>(parameter: Parameter<T>): Parameter<T | null, false> {
  return optional((value, path) => (value === '' ? null : parameter.decode(value, path)));
}

/** Text, up to the `maxLength` that Stripe documents. */
export function string(options: { readonly maxLength?: number } = {}): Parameter<string, false> {
  return optional((value, path) => {
    if (typeof value !== 'string') throw invalidRequest(`Invalid string: ${JSON.stringify(value)}`, path);
    if (value === '') throw emptyString(path);
    const { maxLength } = options;
    if (maxLength !== undefined && Array.from(value).length > maxLength) {
      throw invalidRequest(
        `Invalid string: ${value.slice(0, 12)}...${value.slice(-12)}; must be at most ${maxLength} characters`,
        path,
      );
    }
    return value;
  });
}

function emptyString(path: string): Error {
  const message =
    `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; ` +
    `however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`;
  return invalidRequest(message, path, 'parameter_invalid_empty');
}

export function integer({
  min = -Infinity,
  max = Infinity,
}: { readonly min?: number; readonly max?: number } = {}): Parameter<number, false> {
  return optional((value, path) => {
    if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value)) {
      throw invalidRequest(`Invalid integer: ${printed(value)}`, path, 'parameter_invalid_integer');
    }
    const number = Number(value);
    const limit =
      number < min ? `greater than or equal to ${min}` : number > max ? `less than or equal to ${max}` : null;
    if (limit !== null) {
      throw invalidRequest(`This value must be ${limit}.`, path, 'parameter_invalid_integer');
    }
    return number;
  });
}

/** A number that may have decimals, as text. */
export function decimal({
  max = Infinity,
  places = 12,
}: { readonly max?: number; readonly places?: number } = {}): Parameter<string, false> {
  return optional((value, path) => {
    const pattern = new RegExp(`^\\d{1,12}(\\.\\d{1,${places}})?$`);
    if (typeof value === 'string' && pattern.test(value) && Number(value) <= max) return value;
    throw invalidRequest(`Invalid decimal: ${printed(value)}`, path, 'parameter_invalid_decimal');
  });
}

/** Seconds since the epoch. */
export function timestamp(): Parameter<number, false> {
  return integer({ min: 0 });
}

export function boolean(): Parameter<boolean, false> {
  return optional((value, path) => {
    if (value !== 'true' && value !== 'false')
      throw invalidRequest(`Invalid boolean: ${printed(value)}`, path);
    return value === 'true';
  });
}

export function oneOf<const T extends readonly string[]>(values: T): Parameter<T[number], false> {
  return optional((value, path) => {
    if (typeof value === 'string' && values.includes(value)) return value;
    const choices =
      values.length === 1 ? values[0] : `one of ${values.slice(0, -1).join(', ')}, or ${values.at(-1)}`;
    throw invalidRequest(`Invalid ${path}: must be ${choices}`, path);
  });
}

export function url(): Parameter<string, false> {
  return optional((value, path) => {
    if (value === '') throw emptyString(path);
    const parsed = parseUrl(value);
    if (!parsed || /^(javascript|data|vbscript):$/.test(parsed.protocol)) {
      throw invalidRequest('Not a valid URL', path, 'url_invalid');
    }
    return value as string;
  });
}

/** Avoids `URL.canParse`, which on Node 20 rejects valid URLs with letters such as ü once V8 has optimised it. */
function parseUrl(value: FormValue): URL | null {
  try {
    return typeof value === 'string' ? new URL(value) : null;
  } catch {
    return null;
  }
}

export function email(): Parameter<string, false> {
  return optional((value, path) => {
    if (typeof value === 'string' && /^[^\s@]+@[^\s@]+$/.test(value)) return value;
    throw invalidRequest(`Invalid email address: ${printed(value)}`, path, 'email_invalid');
  });
}

export function array<T>(element: Parameter<T>): Parameter<readonly T[], false> {
  return optional((value, path) => {
    if (!Array.isArray(value)) throw invalidRequest('Invalid array', path);
    return value.map((each: FormValue, index) => element.decode(each, `${path}[${index}]`));
  });
}

export function object<P extends ParameterTable>(table: P): Parameter<Decoded<P>, false> {
  return optional((value, path) => {
    if (!isFields(value)) throw invalidRequest('Invalid object', path);
    return decodeParameters(table, value, path);
  });
}

/** Named values of one kind, such as `currency_options[eur][unit_amount]`. */
export function record<T>(element: Parameter<T>): Parameter<Readonly<Record<string, T>>, false> {
  return optional((value, path) => {
    if (!isFields(value)) throw invalidRequest('Invalid object', path);
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, element.decode(each, `${path}[${name}]`)]),
    );
  });
}

/** A parameter with two forms, such as `created=1` and `created[gte]=1`. */
export function either<A, B>(text: Parameter<A>, fields: Parameter<B>): Parameter<A | B, false> {
  return optional((value, path) => (isFields(value) ? fields.decode(value, path) : text.decode(value, path)));
}

/** Metadata. An empty value removes its key; an empty parameter removes every key. */
export function metadata(): Parameter<Readonly<Record<string, string>> | null, false> {
  return optional((value, path) => {
    if (value === '') return null;
    if (!isFields(value)) throw invalidRequest('Invalid object', path);
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== 'string')
        throw invalidRequest(`Invalid string: ${printed(text)}`, `${path}[${key}]`);
      if (key.length > 40 || text.length > 500) {
        const limit = key.length > 40 ? `keys can have up to 40` : `values can have up to 500`;
        throw invalidRequest(`Metadata ${limit} characters`, `${path}[${key}]`);
      }
    }
    return value as Readonly<Record<string, string>>;
  });
}

/** A parameter that is accepted and ignored, because nothing here depends on it. */
export function accepted(): Parameter<FormValue, false> {
  return optional((value) => value);
}

/** Decodes the parameters of a table. @throws StripeApiError for unknown, missing or invalid parameters */
export function decodeParameters<P extends ParameterTable>(
  table: P,
  fields: FormFields,
  prefix = '',
): Decoded<P> {
  const pathOf = (name: string): string => (prefix ? `${prefix}[${name}]` : name);
  const unknown = Object.keys(fields)
    .filter((name) => !Object.hasOwn(table, name))
    .map(pathOf);
  if (unknown.length > 0) {
    const noun = unknown.length === 1 ? 'parameter' : 'parameters';
    throw invalidRequest(`Received unknown ${noun}: ${unknown.join(', ')}`, unknown[0], 'parameter_unknown');
  }
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(table)) {
    const value = fields[name];
    if (value !== undefined) values[name] = parameter.decode(value, pathOf(name));
    else if (parameter.required) {
      throw invalidRequest(`Missing required param: ${pathOf(name)}.`, pathOf(name), 'parameter_missing');
    }
  }
  return values as Decoded<P>;
}

function isFields(value: FormValue): value is FormFields {
  return typeof value === 'object' && !Array.isArray(value);
}

function printed(value: FormValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
