// @ts-check
import base from './jest.config.js';

/** Thousands of hostile requests to one service: too long for every run of the tests. */
/** @type {import('jest').Config} */
const config = {
  ...base,
  roots: ['<rootDir>/test/fuzz'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  maxWorkers: 2,
};

export default config;
