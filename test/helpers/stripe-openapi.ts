import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { findStripeOpenApiFile } from './stripe-mock.ts';

type Schema = Record<string, unknown>;

/** Stripe's OpenAPI file: STRIPE_OPENAPI_FILE names one, else it is the one that stripe-mock carries. */
export function findOpenApiFile(): string | null {
  return process.env['STRIPE_OPENAPI_FILE'] ?? findStripeOpenApiFile();
}

export interface StripeSchemas {
  /** What is wrong with an answer of 200, by the schema of its endpoint; empty when nothing is. */
  readonly checkAnswer: (method: string, path: string, body: unknown) => readonly string[];
  /** What is wrong with an object, by the schema of that name. */
  readonly checkObject: (name: string, value: unknown) => readonly string[];
}

/** Loads the schemas of Stripe's answers; stricter than the file, they refuse members that it does not name. */
export function loadStripeSchemas(file: string): StripeSchemas {
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly components: { readonly schemas: Schema };
    readonly paths: Record<string, Record<string, unknown>>;
  };
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, inlineRefs: false });
  ajv.addSchema({ $id: 'stripe', components: { schemas: toJsonSchema(document.components.schemas) } });
  const validators = new Map<string, ValidateFunction>();

  const check = (key: string, schema: object, value: unknown): readonly string[] => {
    const validate = validators.get(key) ?? ajv.compile(schema);
    validators.set(key, validate);
    return validate(value) ? [] : (validate.errors ?? []).map(describeError);
  };
  return {
    checkObject: (name, value) => check(name, { $ref: `stripe#/components/schemas/${name}` }, value),
    checkAnswer(method, path, body) {
      const template = findTemplate(Object.keys(document.paths), path);
      const operation = template === null ? undefined : document.paths[template]?.[method.toLowerCase()];
      if (operation === undefined) return [`no ${method} ${path} in the OpenAPI file`];
      return check(`${method} ${template}`, toJsonSchema(answerSchema(operation)) as object, body);
    },
  };
}

function answerSchema(operation: unknown): unknown {
  const { responses } = operation as {
    readonly responses: { readonly 200: { readonly content: Record<string, { readonly schema: unknown }> } };
  };
  return responses[200].content['application/json']?.schema;
}

/** `/v1/customers/{customer}` for `/v1/customers/cus_1`; a literal segment wins over a parameter. */
function findTemplate(templates: readonly string[], path: string): string | null {
  const matches = templates.filter((template) => {
    const [wanted, given] = [template.split('/'), path.split('/')];
    return (
      wanted.length === given.length && wanted.every((part, i) => part.startsWith('{') || part === given[i])
    );
  });
  return matches.sort((a, b) => a.split('{').length - b.split('{').length)[0] ?? null;
}

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type; and it leaves objects open, which would hide typing errors. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...schema }: Schema = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === 'enum' ? (value as unknown) : toJsonSchema(value),
    ]),
  );
  if (typeof schema.$ref === 'string') return { $ref: schema.$ref.replace(/^#/, 'stripe#') };
  if (schema.type === 'object' && schema.properties && schema.additionalProperties === undefined) {
    schema.additionalProperties = false;
  }
  if (nullable !== true) return schema;
  if (Array.isArray(schema.enum)) schema.enum = [...(schema.enum as unknown[]), null];
  return { anyOf: [schema, { type: 'null' }] };
}

function describeError(error: ErrorObject): string {
  const { instancePath: where, message, params } = error;
  return `${where || '/'} ${message ?? ''} ${JSON.stringify(params)}`;
}
