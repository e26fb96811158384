import type { Environment } from '../../src/config/environment.ts';

/** The least that the service starts with. */
export const required: Environment = {
  STRIPE_SECRET_KEY: 'sk_test_1',
  JWT_SECRET: 'a secret of more than thirty-two bytes',
  JWT_ISSUER: 'https://issuer.example.com',
  JWT_AUDIENCE: 'billing',
  RETURN_URLS: 'https://app.example.com',
};

export const publicKey =
  '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA8j41baY2yzgV4GOSItQrSIG6i2G7GmwNZWsAbzeYcn8=\n-----END PUBLIC KEY-----';
