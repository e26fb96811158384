import { readFileSync } from 'node:fs';
import type { FormFields, FormValue } from '../../packages/local-stripe/src/form.ts';
import type { RecordedRequest } from '../../packages/local-stripe/src/recorded-request.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** A request without what an OpenAPI file does not name, and the names of that. */
export interface KnownRequest extends RecordedRequest {
  readonly unknown: readonly string[];
}

/** Tells, by Stripe's OpenAPI file, which parameters it knows of a request. */
export function createParameterCheck(file: string): (request: RecordedRequest) => KnownRequest {
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  return (request) => {
    const template = Object.keys(paths).find((path) => toPattern(path).test(request.path)) ?? '';
    const schema = toSchema(paths[template]?.[request.method.toLowerCase()] ?? {});
    const unknown: string[] = [];
    const params = keepKnown(request.params, schema, '', unknown) ?? {};
    return { ...request, params: params as FormFields, unknown };
  };
}

function toPattern(template: string): RegExp {
  return new RegExp(`^${template.replace(/\{\w+\}/g, '\\w+')}$`);
}

function toSchema({ parameters = [], requestBody }: Operation): Schema {
  const form = requestBody?.content['application/x-www-form-urlencoded']?.schema;
  const query = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
  return { ...form, properties: { ...form?.properties, ...query } };
}

/** Undefined for what is not known, and for what cannot be without it. */
function keepKnown(
  value: FormValue,
  schema: Schema | undefined,
  path: string,
  unknown: string[],
): FormValue | undefined {
  if (schema === undefined) {
    unknown.push(path);
    return undefined;
  }
  if (schema.anyOf !== undefined) return keepKnown(value, choose(value, schema.anyOf), path, unknown);
  if (typeof value === 'string') {
    if (schema.enum === undefined || schema.enum.includes(value)) return value;
    unknown.push(`${path}=${value}`);
    return undefined;
  }
  if (isList(value)) {
    return value.flatMap((item) => keepKnown(item, schema.items, `${path}[]`, unknown) ?? []);
  }
  if (schema.properties === undefined) return value;
  const { properties, required = [] } = schema;
  const known = Object.entries(value).flatMap(([name, inner]) => {
    const kept = keepKnown(inner, properties[name], path === '' ? name : `${path}[${name}]`, unknown);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  const names = new Set(known.map(([name]) => name));
  return required.every((name) => names.has(name)) ? Object.fromEntries(known) : undefined;
}

function choose(value: FormValue, schemas: readonly Schema[]): Schema | undefined {
  if (typeof value !== 'string') {
    return schemas.find(({ type }) => type === (isList(value) ? 'array' : 'object'));
  }
  return schemas.find(({ type, enum: values }) => type === 'string' && (values?.includes(value) ?? true));
}

function isList(value: FormValue): value is readonly FormValue[] {
  return Array.isArray(value);
}
