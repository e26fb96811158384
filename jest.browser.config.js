// @ts-check
import base from './jest.config.js';

/** The tests in a real browser, one file at a time: each drives a browser of its own. */
/** @type {import('jest').Config} */
const config = {
  ...base,
  roots: ['<rootDir>/test/browser'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
  maxWorkers: 1,
};

export default config;
