import { createHash } from 'node:crypto';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameToDocument } from 'apollo-client-3/utilities/index.js';
import { type ASTNode, type DocumentNode, Kind, OperationTypeNode, print, visit } from 'graphql';
import { errorStatuses } from './src/shared/errors.ts';

/** The codes that an answer can carry: the service's own, Apollo Server's, and the code of a masked error. */
const errorCodes = [
  ...Object.keys(errorStatuses),
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INTERNAL_SERVER_ERROR',
];

const types = {
  enumsAsTypes: true,
  scalars: { DateTimeISO: 'string' },
  strictScalars: true,
  useTypeImports: true,
} as const;

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'test/generated/': {
      documents: 'test/helpers/*operations.ts',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...types, documentMode: 'string', importExtension: '.ts' },
    },
    // The client has no dependencies, so its documents need no package at run time.
    'packages/client/src/generated/operations.ts': {
      documents: 'packages/client/src/documents.graphql',
      plugins: ['typescript-operations', 'typed-documents'],
      config: types,
    },
    'packages/client/documents.json': {
      documents: 'packages/client/src/documents.graphql',
      plugins: ['manifest'],
    },
    'packages/client/src/generated/error-codes.ts': { plugins: ['error-codes'] },
  },
  pluginLoader: ((name) => ownPlugins[name] ?? import(name)) as CodegenConfig['pluginLoader'],
};

type Plugin = (schema: unknown, documents: readonly { readonly document?: DocumentNode }[]) => unknown;

const ownPlugins: Readonly<Record<string, { readonly plugin: Plugin } | undefined>> = {
  'error-codes': { plugin: writeErrorCodes },
  manifest: { plugin: writeManifest },
  'typed-documents': { plugin: writeTypedDocuments },
};

function writeErrorCodes(): string {
  return `export type ServiceErrorCode =\n${errorCodes.map((code) => `  | '${code}'`).join('\n')};\n`;
}

function writeTypedDocuments(...[, documents]: Parameters<Plugin>): unknown {
  const content = listOperations(documents).map(({ operation, document }) => {
    const name = operation.name?.value ?? '';
    const type = `${name}${operation.operation === OperationTypeNode.QUERY ? 'Query' : 'Mutation'}`;
    return `export const ${name}Document = \`${print(document)}\` as TypedDocument<${type}, ${type}Variables>;`;
  });
  return {
    prepend: ["import type { TypedDocument } from '../typed-document.ts';"],
    content: content.join('\n\n'),
  };
}

/** Each operation as a document of its own, with the fragments that it spreads. */
function listOperations(documents: Parameters<Plugin>[1]) {
  const definitions = documents.flatMap(({ document }) => document?.definitions ?? []);
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const findSpread = (definition: ASTNode, found = new Set<string>()): Set<string> => {
    visit(definition, {
      FragmentSpread: ({ name: { value } }) => {
        const fragment = fragments.find((each) => each.name.value === value);
        if (fragment === undefined || found.has(value)) return;
        found.add(value);
        findSpread(fragment, found);
      },
    });
    return found;
  };
  return definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => {
      const spread = findSpread(operation);
      const used = fragments.filter(({ name }) => spread.has(name.value));
      const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...used] };
      return { operation, document };
    });
}

/** What a service with TRUSTED_DOCUMENTS needs to know, with the text that Apollo Client makes of each document. */
function writeManifest(...[, documents]: Parameters<Plugin>): string {
  const texts = listOperations(documents).flatMap(({ document }) => [
    print(document),
    print(addTypenameToDocument(document)),
  ]);
  const byHash = texts.map((text) => [createHash('sha256').update(text).digest('hex'), text] as const);
  return `${JSON.stringify(Object.fromEntries(byHash), null, 2)}\n`;
}

export default config;
