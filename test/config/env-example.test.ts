import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config.ts';
import { readVariables } from '../../src/config/environment-schema.ts';

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const example = parseEnv(text);
const { values, faults } = readVariables({});
const requiredNames = faults.map((fault) => fault.replace(/:.*/, ''));

test('.env.example has every variable that is read, and no other', () => {
  const read = [...Object.keys(values), ...requiredNames];

  expect(Object.keys(example).toSorted()).toEqual(read.toSorted());
});

test('.env.example explains every variable right above it', () => {
  const lines = text.split('\n');
  const bare = lines.filter(
    (line, index) => /^\w+=/.test(line) && !(lines[index - 1] ?? '').startsWith('# '),
  );

  expect(bare).toEqual([]);
});

test('.env.example as it is lacks only what is required', () => {
  expect(() => loadConfig(example)).toThrow(
    expect.objectContaining({
      faults: [
        ...requiredNames.map((name) => `${name}: is required`),
        expect.stringMatching(/^JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET: one of them is required/),
      ],
    }),
  );
});

test('.env.example shows the defaults', () => {
  const required = {
    STRIPE_SECRET_KEY: 'sk_test_1',
    JWT_SECRET: 'a secret of more than thirty-two bytes',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
  };

  expect(loadConfig({ ...example, ...required })).toEqual(loadConfig(required));
});
