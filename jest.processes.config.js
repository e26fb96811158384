// @ts-check
import base from './jest.config.js';

/** Races over several processes, some of which are killed: each starts services of its own, which takes its time. */
/** @type {import('jest').Config} */
const config = {
  ...base,
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: ['<rootDir>/test/**/*processes.test.ts'],
};

export default config;
