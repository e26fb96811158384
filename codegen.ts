import type { CodegenConfig } from '@graphql-codegen/cli';
import { errorStatuses } from './src/errors.ts';

/** Codes that an answer can carry: those of the service's own table, Apollo Server's, and the masked one. */
const errorCodes = [
  ...Object.keys(errorStatuses),
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INTERNAL_SERVER_ERROR',
];

const typedDocuments = {
  preset: 'client',
  presetConfig: { fragmentMasking: false },
  config: {
    documentMode: 'string',
    enumsAsTypes: true,
    importExtension: '.ts',
    scalars: { DateTimeISO: 'string' },
    strictScalars: true,
    useTypeImports: true,
  },
} as const;

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'test/generated/': {
      documents: ['test/helpers/operations.ts', 'test/helpers/admin-operations.ts'],
      ...typedDocuments,
    },
    'src/client/generated/': { documents: 'src/client/documents.graphql', ...typedDocuments },
    'src/client/generated/error-codes.ts': { plugins: ['error-codes'] },
  },
  pluginLoader: ((name) =>
    name === 'error-codes' ? { plugin: writeErrorCodes } : import(name)) as CodegenConfig['pluginLoader'],
};

function writeErrorCodes(): string {
  return `export type ServiceErrorCode =\n${errorCodes.map((code) => `  | '${code}'`).join('\n')};\n`;
}

export default config;
