import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    'test/generated/': {
      documents: 'test/helpers/operations.ts',
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
    },
  },
};

export default config;
