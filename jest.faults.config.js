// @ts-check
import base from './jest.config.js';

/** What `npm run faults` counts: the longer tests of its own, and those of `npm test` that report to it. One file at a time, for the times are read. */
/** @type {import('jest').Config} */
const config = {
  ...base,
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: [
    '<rootDir>/test/faults/**/*.test.ts',
    '<rootDir>/test/stripe/stripe-faults.test.ts',
    '<rootDir>/test/database/mongo-faults.test.ts',
    '<rootDir>/test/auth/hostile-tokens.test.ts',
    '<rootDir>/test/auth/remote-key-set.test.ts',
  ],
  maxWorkers: 1,
};

export default config;
