import { readdirSync } from 'node:fs';
import type { Linter } from 'eslint';
import { defineConfig } from 'eslint/config';
import { importX } from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/**
 * The folders of src/ and what each may import. A file directly in src/ counts as a folder of its own. An import that
 * is not listed is an error, so dependencies point one way.
 */
const foundation = ['shared', 'logging', 'telemetry'];
const technical = [...foundation, 'config', 'auth', 'stripe', 'graphql', 'records', 'http'];
const features = [
  'audit',
  'customers',
  'account',
  'return-urls',
  'configurations',
  'policies',
  'portal',
  'email-links',
  'webhooks',
];
const folders: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  telemetry: ['shared'],
  logging: ['shared', 'telemetry'],
  auth: foundation,
  stripe: foundation,
  records: ['shared'],
  'return-urls': ['shared'],
  config: ['shared', 'auth', 'return-urls'],
  graphql: [...foundation, 'auth', 'stripe'],
  http: [...foundation, 'config', 'auth', 'graphql', 'database', 'stripe'],
  audit: technical,
  platform: [...foundation, 'config', 'stripe', 'records', 'http', 'audit', 'database'],
  customers: [...technical, 'platform', 'audit'],
  configurations: [...technical, 'platform', 'audit', 'return-urls'],
  policies: [...technical, 'platform', 'customers', 'return-urls', 'configurations'],
  portal: [...technical, 'platform', 'audit', 'customers', 'return-urls', 'configurations', 'policies'],
  account: [...technical, 'platform', 'audit', 'customers', 'portal'],
  'email-links': [...technical, 'platform', 'audit', 'customers', 'return-urls', 'portal'],
  webhooks: [...technical, 'platform', 'audit', 'customers', 'account', 'configurations'],
  database: [...foundation, 'records', 'audit', 'customers'],
  process: [...foundation, 'config', 'records', 'platform'],
  app: [...technical, ...features, 'platform', 'process'],
  serve: ['app', 'config', 'logging', 'process'],
  main: ['config', 'serve'],
  server: ['app', 'auth', 'config', 'graphql', 'http', 'portal'],
  cli: [...technical, ...features, 'database', 'process', 'platform', 'app', 'serve'],
};

/** Packages that only these folders import: the rest of the code does not know which is used. */
const packageOwners: Readonly<Record<string, string | readonly string[]>> = {
  mongoose: 'src/database/mongo',
  tldts: 'src/shared',
  '@formatjs/intl-localematcher': 'src/portal',
  libsql: 'src/database/sqlite',
  undici: ['src/shared', 'src/stripe', 'src/auth'],
  'undici/index.js': ['src/shared', 'src/stripe', 'src/auth'],
  jose: 'src/auth',
  '@redis/client': 'src/http',
  'rate-limiter-flexible': 'src/http',
  'prom-client': 'src/telemetry',
  '@opentelemetry/api': 'src/telemetry',
};

const entries = readdirSync('src');
const unlisted = entries.map((entry) => entry.replace(/\.ts$/, '')).filter((folder) => !(folder in folders));
if (unlisted.length > 0)
  throw new Error(`Say in eslint.config.ts what these may import: ${unlisted.join(', ')}.`);

const toEntry = (folder: string): string => (entries.includes(`${folder}.ts`) ? `${folder}.ts` : folder);

/** Holds `import()` as well. */
const zones = Object.entries(folders).map(([folder, allowed]) => ({
  target: `./src/${toEntry(folder)}`,
  from: './src',
  except: [...new Set([folder, ...allowed])].map((name) => `./${toEntry(name)}`),
  message: `${folder} may import from: ${allowed.join(', ') || 'nothing'}.`,
}));

/** What the files of a folder may not import. */
function createPackageRules(folder: string): Linter.Config {
  const others = Object.entries(packageOwners).filter(([, owners]) => ![owners].flat().includes(folder));
  const paths = others.map(([name, owners]) => ({
    name,
    message: `Only ${[owners].flat().join(', ')} may import ${name}.`,
  }));
  return { files: [`${folder}/**`], rules: { 'no-restricted-imports': ['error', { paths }] } };
}

export default defineConfig(
  {
    ignores: [
      '*.config.js',
      '.ci/*.mts',
      'examples/apollo-server/',
      'examples/next/',
      'examples/web/build.js',
      'packages/explorer/build.js',
      'scripts/build-page.js',
      '**/dist/',
      'coverage/',
      'output/',
      'test/generated/',
      'packages/client/src/generated/',
      'node_modules/',
    ],
  },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: [
          'tsconfig.json',
          '{packages/client,packages/explorer,test/browser,examples/web}/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config/environment.ts reads process.env.' },
        { object: 'URL', property: 'canParse', message: 'Use parseUrl: canParse errs on Node 20.' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // Resolvers and GraphQL types are classes that decorators fill.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'max-lines-per-function': ['error', { max: 60 }],
    },
  },
  // Loading the app costs each test file more than a second, so tests that share an app share a file.
  {
    files: ['test/**'],
    rules: { 'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }] },
  },
  ['src', ...new Set(Object.values(packageOwners).flat())].map(createPackageRules),
  {
    files: ['packages/*/src/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/src/**', '**/test/**'], message: 'A package knows nothing of the service.' },
          ],
        },
      ],
    },
  },
  { files: ['src/config/environment.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['test/**', 'packages/*/test/**', 'bench/**', '.ci/**'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  { files: ['examples/**'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' } },
  { files: ['**/*.config.ts', 'codegen.ts'], rules: { 'import-x/no-default-export': 'off' } },
);
