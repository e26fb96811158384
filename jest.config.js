// @ts-check
import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
const config = {
  testEnvironment: 'node',
  // The packages of this repository are tested as TypeScript, without a build.
  testEnvironmentOptions: { customExportConditions: ['billing-portal-source', 'node', 'node-addons'] },
  roots: ['<rootDir>/test', '<rootDir>/packages'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/browser/',
    '<rootDir>/test/faults/',
    '<rootDir>/test/fuzz/',
    '/(mongo|stripe)-faults\\.test\\.ts$',
    'processes\\.test\\.ts$',
  ],
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
  testTimeout: 20_000,
  // Half of the time goes by waiting for servers, so there is more work than cores.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
};

export default config;
