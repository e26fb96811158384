// @ts-check
import { readdirSync } from 'node:fs';

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
/** @type {Readonly<Record<string, readonly string[]>>} */
const folders = {
  shared: [],
  telemetry: ['shared'],
  logging: ['shared', 'telemetry'],
  auth: foundation,
  stripe: foundation,
  records: ['shared'],
  'return-urls': ['shared'],
  config: ['shared', 'auth', 'return-urls'],
  graphql: [...foundation, 'auth'],
  http: [...foundation, 'config', 'auth', 'graphql', 'database'],
  audit: technical,
  platform: [...foundation, 'config', 'stripe', 'records', 'http', 'audit', 'database'],
  customers: [...technical, 'platform', 'audit'],
  configurations: [...technical, 'platform', 'audit', 'return-urls'],
  policies: [...technical, 'platform', 'customers', 'return-urls', 'configurations'],
  portal: [...technical, 'platform', 'customers', 'return-urls', 'configurations', 'policies'],
  account: [...technical, 'platform', 'audit', 'customers', 'portal'],
  'email-links': [...technical, 'platform', 'audit', 'customers', 'portal'],
  webhooks: [...technical, 'platform', 'audit', 'customers', 'account', 'configurations'],
  database: [...foundation, 'records', 'audit', 'customers'],
  process: [...foundation, 'config', 'records', 'platform'],
  app: [...technical, ...features, 'platform', 'process'],
  serve: ['app', 'config', 'logging', 'process'],
  main: ['config', 'serve'],
  server: ['app', 'auth', 'config', 'graphql', 'http', 'portal'],
  cli: [...technical, ...features, 'database', 'process', 'platform', 'app', 'serve'],
};

/**
 * Packages that only these folders import: the rest of the code does not know which is used.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const packageOwners = {
  mongoose: ['database/mongo'],
  tldts: ['shared'],
  '@formatjs/intl-localematcher': ['portal'],
  libsql: ['database/sqlite'],
  undici: ['shared', 'stripe', 'auth'],
  jose: ['auth'],
  '@redis/client': ['http'],
  'rate-limiter-flexible': ['http'],
  'prom-client': ['telemetry'],
  '@opentelemetry/api': ['telemetry'],
};

const unlisted = readdirSync('src').filter((entry) => !(entry.replace(/\.ts$/, '') in folders));
if (unlisted.length > 0)
  throw new Error(`Say in .dependency-cruiser.mjs what these may import: ${unlisted.join(', ')}.`);

/** @param {readonly string[]} names */
const within = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;

const directions = Object.entries(folders).map(([folder, allowed]) => ({
  name: `${folder}-imports`,
  comment: `${folder} may import from: ${allowed.join(', ') || 'nothing'}.`,
  severity: 'error',
  from: { path: within([folder]) },
  to: { path: '^src/', pathNot: within([folder, ...allowed]) },
}));

const ownership = Object.entries(packageOwners).map(([name, owners]) => ({
  name: `${name}-importers`,
  comment: `Of src, only ${owners.join(', ')} may import ${name}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: within(owners) },
  to: { path: `^node_modules/${name}/` },
}));

export default {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'Files that import each other cannot be understood or moved alone. Imports of types count as well.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'packages-alone',
      comment: 'A package knows nothing of the service, nor of another package.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^(src|test|packages)/', pathNot: '^packages/$1/' },
    },
    ...directions,
    ...ownership,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      conditionNames: ['billing-portal-source', 'import', 'node', 'default', 'types'],
    },
    exclude: { path: '/generated/' },
  },
};
