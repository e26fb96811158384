import { randomBytes } from 'node:crypto';
import type { Environment } from '../../config/environment.ts';

/** What the tokens of an identity provider need; docs/identity.md describes each. */
export interface Provider {
  readonly issuer: string;
  readonly audience: string;
  /** The audience, where the issuer decides it. */
  readonly findAudience?: (issuer: string) => string | undefined;
  /** The path of its keys below the issuer, or their URL; null if the backend shares a secret. */
  readonly keys: string | null;
  readonly variables?: Environment;
}

const wellKnownKeys = '/.well-known/jwks.json';

/** Auth.js, and sessions of a backend. */
const own: Provider = {
  issuer: 'https://app.example.com',
  audience: 'what your backend signs as "aud", such as billing',
  keys: null,
};

export const providers: Readonly<Record<string, Provider>> = {
  auth0: {
    issuer: 'https://acme.eu.auth0.com/',
    audience: 'the identifier of your API',
    keys: wellKnownKeys,
  },
  clerk: {
    issuer: 'https://clerk.example.com',
    audience: 'the origins of your pages, separated by commas',
    keys: wellKnownKeys,
    variables: {
      JWT_AUDIENCE_CLAIM: 'azp',
      JWT_REQUIRED_CLAIMS: 'sts=active',
      JWT_ROLES_CLAIM: 'metadata.roles',
    },
  },
  supabase: {
    issuer: 'https://abcdefghijklmnopqrst.supabase.co/auth/v1',
    audience: 'authenticated',
    findAudience: () => 'authenticated',
    keys: wellKnownKeys,
    variables: { JWT_REQUIRED_CLAIMS: 'is_anonymous=false', JWT_ROLES_CLAIM: 'app_metadata.roles' },
  },
  firebase: {
    issuer: 'https://securetoken.google.com/acme-project',
    audience: "the project's id",
    findAudience: (issuer) => issuer.split('/').at(-1),
    keys: 'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    variables: { JWT_ROLES_CLAIM: 'roles' },
  },
  keycloak: {
    issuer: 'https://sso.example.com/realms/acme',
    audience: 'the audience of your mapper, such as billing',
    keys: '/protocol/openid-connect/certs',
    variables: { JWT_REQUIRED_CLAIMS: 'typ=Bearer', JWT_ROLES_CLAIM: 'realm_access.roles' },
  },
  cognito: {
    issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE',
    audience: 'the id of your app client',
    keys: wellKnownKeys,
    variables: {
      JWT_AUDIENCE_CLAIM: 'client_id',
      JWT_REQUIRED_CLAIMS: 'token_use=access',
      JWT_ROLES_CLAIM: 'cognito:groups',
    },
  },
  own,
};

export function getProvider(name: string): Provider {
  return providers[name] ?? own;
}

/** The issuer as the provider's tokens name it: people copy it with a slash at the end, or without one. */
export function toIssuer({ issuer: form, keys }: Provider, text: string): string {
  return keys === null ? text : text.replace(/\/*$/, form.endsWith('/') ? '/' : '');
}

/** The variables for a provider's keys and claims. A shared secret is made here. */
export function createTokenVariables({ keys, variables }: Provider, issuer: string): Environment {
  if (keys === null) return { JWT_SECRET: randomBytes(48).toString('base64'), ...variables };
  const url = keys.startsWith('/') ? `${issuer.replace(/\/$/, '')}${keys}` : keys;
  return { JWT_JWKS_URL: url, ...variables };
}
