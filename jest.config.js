// @ts-check
import { availableParallelism } from 'node:os';

/** @type {import('@jest/types').Config.InitialProjectOptions} */
const shared = {
  testEnvironment: 'node',
  // Other steps build while tests run, and jest fails on a file that vanishes while it looks around.
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/output/'],
  // The packages of this repository are tested as TypeScript, without a build.
  testEnvironmentOptions: { customExportConditions: ['billing-portal-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
  setupFiles: ['reflect-metadata'],
};

/** Several processes of the service race, the command line runs as a process, or a database server is asked. */
const processes = ['<rootDir>/test/**/*processes.test.ts', '<rootDir>/test/**/*.{mongo,redis}.test.ts'];
/** Tests that wait for clocks, break connections or fill the memory of a process. */
const faults = ['<rootDir>/test/faults/**/*.test.ts', '<rootDir>/test/**/{mongo,stripe}-faults.test.ts'];
/** Tests that are fast enough for `npm test`, and count for the table of promises as well. */
const promises = ['<rootDir>/test/auth/{hostile-tokens,issuer-keys,key-set}.test.ts'];
/** Thousands of inputs. */
const fuzz = [
  '<rootDir>/test/fuzz/*.test.ts',
  '<rootDir>/test/**/permutations.test.ts',
  '<rootDir>/test/stripe/odd-answers.test.ts',
];

/**
 * `npm test` runs the project `fast`; package.json names the script of each other project. Tests make much garbage, so the
 * script `jest` gives Node a large young generation, which saves 6 % of their CPU.
 */
/** @type {import('jest').Config} */
const config = {
  projects: [
    {
      ...shared,
      displayName: 'fast',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/test/(browser|faults|fuzz)/',
        '/(mongo|stripe)-faults\\.test\\.ts$',
        '(processes|permutations|odd-answers|\\.mongo|\\.redis)\\.test\\.ts$',
      ],
    },
    { ...shared, displayName: 'packages', testMatch: ['<rootDir>/packages/*/test/**/*.test.ts'] },
    { ...shared, displayName: 'processes', testMatch: processes },
    { ...shared, displayName: 'faults', testMatch: [...faults, ...promises] },
    { ...shared, displayName: 'fuzz', testMatch: fuzz },
    { ...shared, displayName: 'browser', testMatch: ['<rootDir>/test/browser/*.test.ts'] },
  ],
  // The scripts of longer tests say --testTimeout.
  testTimeout: 20_000,
  // Half of the time goes by waiting for servers, so there is more work than cores.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  // Each file loads its modules again and Node keeps some of them, so a worker grows with every file.
  workerIdleMemoryLimit: '800MB',
};

export default config;
