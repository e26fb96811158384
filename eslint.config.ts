import { readdirSync } from 'node:fs';
import type { Linter } from 'eslint';
import { defineConfig } from 'eslint/config';
import { importX } from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src/ and what each may import, from the roof down. A file directly in src/ is a room of its
 * own. What is not listed is an error, so dependencies point one way.
 */
const foundation = [
  'errors',
  'failure-log',
  'logger',
  'loopback',
  'parse-url',
  'shared',
  'shorten',
  'turn-end',
];
const technical = [...foundation, 'telemetry', 'config', 'auth', 'stripe', 'graphql', 'records'];
const rooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  loopback: [],
  'parse-url': [],
  shared: [],
  shorten: [],
  'turn-end': [],
  telemetry: ['errors'],
  logger: [...foundation, 'telemetry'],
  'failure-log': foundation,
  auth: foundation,
  stripe: [...foundation, 'telemetry'],
  config: [...foundation, 'auth'],
  graphql: [...foundation, 'telemetry', 'auth'],
  sweeper: foundation,
  'opened-parts': [],
  records: ['errors'],
  audit: technical,
  customers: [...technical, 'audit'],
  policies: [...technical, 'customers'],
  portal: [...technical, 'audit', 'customers', 'policies'],
  links: [...technical, 'audit', 'customers', 'policies', 'portal'],
  webhooks: [...technical, 'audit', 'customers', 'policies'],
  database: [...foundation, 'telemetry', 'audit', 'customers', 'records'],
  http: [...technical, 'customers', 'portal', 'links', 'webhooks', 'database'],
  app: [
    ...technical,
    'opened-parts',
    'sweeper',
    'audit',
    'customers',
    'policies',
    'portal',
    'links',
    'webhooks',
    'database',
    'http',
  ],
  'start-failure': ['config', 'database', 'errors', 'logger', 'policies'],
  serve: ['app', 'config', 'logger', 'start-failure'],
  main: ['config', 'serve'],
  cli: [
    ...technical,
    'opened-parts',
    'app',
    'audit',
    'customers',
    'database',
    'policies',
    'portal',
    'links',
    'webhooks',
    'serve',
    'start-failure',
  ],
  explorer: [],
};

/** Packages that only these folders import: the rest of the code does not know which is used. */
const packageOwners: Readonly<Record<string, string | readonly string[]>> = {
  mongoose: 'src/database/mongo',
  tldts: 'src/config',
  '@formatjs/intl-localematcher': 'src/portal',
  libsql: 'src/database/sqlite',
  undici: ['src/shared', 'src/stripe', 'src/auth'],
  jose: 'src/auth',
  '@redis/client': 'src/http',
  'rate-limiter-flexible': 'src/http',
  'prom-client': 'src/telemetry',
  '@opentelemetry/api': 'src/telemetry',
};

const entries = readdirSync('src');
const unlisted = entries.map((entry) => entry.replace(/\.ts$/, '')).filter((room) => !(room in rooms));
if (unlisted.length > 0)
  throw new Error(`Say in eslint.config.ts what these may import: ${unlisted.join(', ')}.`);

const toEntry = (room: string): string => (entries.includes(`${room}.ts`) ? `${room}.ts` : room);

/** Holds `import()` as well. */
const zones = Object.entries(rooms).map(([room, allowed]) => ({
  target: `./src/${toEntry(room)}`,
  from: './src',
  except: [...new Set([room, ...allowed])].map((name) => `./${toEntry(name)}`),
  message: `${room} may import from: ${allowed.join(', ') || 'nothing'}.`,
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
      'examples/web/build.js',
      'src/explorer/build.js',
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
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-cycle': 'error',
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
  { files: ['src/**'], rules: { 'import-x/no-restricted-paths': ['error', { zones }] } },
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
