import { readFile } from 'node:fs/promises';
import type { ApolloServerPlugin, GraphQLRequest } from '@apollo/server';
import { type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import * as z from 'zod';
import { BillingError } from '../shared/errors.ts';
import type { RequestContext } from './context.ts';
import { limitOperations } from './operation-limits.ts';

/** Documents by id: the hash that the client's build wrote into the manifest. */
type TrustedDocuments = ReadonlyMap<string, string>;

/** What @apollo/generate-persisted-query-manifest writes. */
const apolloManifest = z
  .object({
    format: z.literal('apollo-persisted-query-manifest'),
    version: z.literal(1),
    operations: z.array(z.object({ id: z.string().min(1), body: z.string() })),
  })
  .transform(({ operations }) => operations.map(({ id, body }) => [id, body] as const));

/** What the client preset of GraphQL Code Generator writes: documents by hash. */
const codegenManifest = z.record(z.string().min(1), z.string()).transform((map) => Object.entries(map));

const manifestSchema = z.union([apolloManifest, codegenManifest]).refine((documents) => documents.length > 0);

/** Reads the manifests, and checks that the schema serves every document. @throws Error that lists every fault */
export async function loadTrustedDocuments(
  files: readonly string[],
  schema: GraphQLSchema,
): Promise<TrustedDocuments> {
  const entries = (await Promise.all(files.map(readManifest))).flat();
  const faults = entries.flatMap(([id, text]) => {
    const fault = findFault(text, schema);
    return fault === null ? [] : [`document ${id.slice(0, 80)}: ${fault}`];
  });
  if (faults.length > 0) throw new Error(faults.join('; '));
  return new Map(entries.map(([id, text]) => [withoutAlgorithm(id), text]));
}

async function readManifest(file: string): Promise<readonly (readonly [string, string])[]> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const { code = 'expected a JSON object of documents by hash, or the manifest of Apollo Client' } =
      error as NodeJS.ErrnoException;
    throw new Error(`${file}: ${code}`, { cause: error });
  }
}

function findFault(text: string, schema: GraphQLSchema): string | null {
  try {
    return validate(schema, parse(text), [...specifiedRules, limitOperations])[0]?.message ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Runs in place of an operation that is refused: the text of a client is not even parsed. */
const refusedDocument = '{ __typename }';

/** Runs trusted documents only, by id or text. @param exemptRole the role of callers who may run any document; null for none */
export function requireTrustedDocuments(
  documents: TrustedDocuments,
  exemptRole: string | null,
): ApolloServerPlugin<RequestContext> {
  const texts = new Set(documents.values());
  return {
    requestDidStart: ({ request, contextValue: { caller } }) => {
      const text = request.query ?? documents.get(getDocumentId(request));
      const isTrusted = text !== undefined && texts.has(text);
      if (!isTrusted && exemptRole !== null && caller?.roles.includes(exemptRole) === true)
        return Promise.resolve();
      request.query = isTrusted ? text : refusedDocument;
      // Apollo Server would look for the hash among documents that clients registered.
      delete request.extensions?.['persistedQuery'];
      return Promise.resolve({ didResolveOperation: () => (isTrusted ? Promise.resolve() : refuse()) });
    },
  };
}

/** The id of a document, as GraphQL over HTTP or as Apollo Client sends it. */
const idSchema = z.object({
  documentId: z.string().nullish(),
  persistedQuery: z.object({ sha256Hash: z.string() }).nullish(),
});

function getDocumentId({ http, extensions }: GraphQLRequest): string {
  const parameters =
    http?.method === 'GET' ? Object.fromEntries(new URLSearchParams(http.search)) : http?.body;
  const { data } = idSchema.safeParse(Object.assign({}, parameters, extensions));
  return withoutAlgorithm(data?.documentId ?? data?.persistedQuery?.sha256Hash ?? '');
}

/** GraphQL Code Generator names the hash in a manifest and in a client's documents, and a client may leave out the name. */
function withoutAlgorithm(id: string): string {
  return id.replace(/^sha256:/, '');
}

function refuse(): never {
  throw new BillingError(
    'DOCUMENT_NOT_TRUSTED',
    'The operation is not a trusted document. Reload the page; if that does not help, its manifest is not deployed here.',
  );
}
