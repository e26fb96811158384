import { now } from '../auth/token-kit.ts';

type Claims = Readonly<Record<string, unknown>>;

/** A provider's tokens, in the shape that its documentation has. */
export interface Provider {
  /** The section of docs/identity.md. */
  readonly heading: string;
  readonly alg: 'RS256' | 'ES256' | 'HS256';
  readonly claims: Claims;
  readonly caller: { userId: string; roles: readonly string[]; email: string | null };
  /** What a token of an organisation's member also has. */
  readonly organisation: { readonly claims: Claims; readonly id: string };
  /** Other tokens of the provider, which are no access tokens: a whole token, or other claims. */
  readonly others: readonly {
    readonly what: string;
    readonly refused: string;
    readonly changes?: Claims;
    readonly token?: string;
  }[];
}

const times = { iat: now - 10, exp: now + 50 };
const encrypted = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIn0..aXY.Y2lwaGVy.dGFn';
const roles = ['billing:admin'];

export const providers: readonly Provider[] = [
  {
    heading: 'Auth0',
    alg: 'RS256',
    claims: {
      iss: 'https://acme.eu.auth0.com/',
      sub: 'auth0|123456',
      aud: ['https://billing.example.com', 'https://acme.eu.auth0.com/userinfo'],
      azp: 'my_client_id',
      scope: 'openid profile email',
      'https://example.com/roles': roles,
      email: 'ada@example.com',
      email_verified: true,
      ...times,
    },
    caller: { userId: 'auth0|123456', roles, email: 'ada@example.com' },
    organisation: { claims: { org_id: 'org_1' }, id: 'org_1' },
    others: [
      { what: 'for identity alone', refused: 'aud', changes: { aud: 'my_client_id', nonce: 'n' } },
      { what: 'that is opaque', refused: 'authorization', token: 'v1.Mr5' },
      { what: 'that is encrypted', refused: 'authorization', token: encrypted },
    ],
  },
  {
    heading: 'Clerk',
    alg: 'RS256',
    claims: {
      iss: 'https://clerk.example.com',
      sub: 'user_123',
      azp: 'https://www.example.com',
      sid: 'sess_123',
      jti: '1234567890',
      nbf: now - 20,
      fva: [7, -1],
      v: 2,
      sts: 'active',
      pla: 'u:free',
      metadata: { roles },
      email: 'ada@example.com',
      email_verified: true,
      ...times,
    },
    caller: { userId: 'user_123', roles, email: 'ada@example.com' },
    organisation: { claims: { o: { id: 'org_123', slg: 'acme', rol: 'admin' } }, id: 'org_123' },
    others: [
      { what: 'of a sign-in that is not finished', refused: 'sts', changes: { sts: 'pending' } },
      { what: 'for another service', refused: 'aud', changes: { aud: 'convex' } },
    ],
  },
  {
    heading: 'Supabase',
    alg: 'ES256',
    claims: {
      iss: 'https://abcdefghijklmnopqrst.supabase.co/auth/v1',
      sub: '123e4567-e89b-12d3-a456-426614174000',
      aud: 'authenticated',
      role: 'authenticated',
      aal: 'aal1',
      amr: [{ method: 'password', timestamp: now - 10 }],
      session_id: '223e4567-e89b-12d3-a456-426614174000',
      email: 'ada@example.com',
      phone: '',
      app_metadata: { provider: 'email', providers: ['email'], roles },
      user_metadata: { email_verified: true, roles: ['root'] },
      is_anonymous: false,
      ...times,
    },
    caller: { userId: '123e4567-e89b-12d3-a456-426614174000', roles, email: null },
    organisation: { claims: { app_metadata: { org_id: 'org_1' } }, id: 'org_1' },
    others: [
      { what: 'of an anonymous user', refused: 'is_anonymous', changes: { is_anonymous: true } },
      {
        what: 'that is the service role key',
        refused: 'aud',
        changes: { iss: 'supabase', role: 'service_role', aud: undefined, sub: undefined },
      },
    ],
  },
  {
    heading: 'Firebase',
    alg: 'RS256',
    claims: {
      iss: 'https://securetoken.google.com/acme-project',
      sub: 'uid1',
      user_id: 'uid1',
      aud: 'acme-project',
      auth_time: now - 100,
      email: 'ada@example.com',
      email_verified: true,
      firebase: { identities: { email: ['ada@example.com'] }, sign_in_provider: 'password' },
      roles,
      ...times,
    },
    caller: { userId: 'uid1', roles, email: 'ada@example.com' },
    organisation: { claims: { org_id: 'org_1' }, id: 'org_1' },
    others: [
      {
        what: 'that is a session cookie',
        refused: 'iss',
        changes: { iss: 'https://session.firebase.google.com/acme-project' },
      },
      {
        what: 'that is a custom token',
        refused: 'iss',
        changes: { iss: 'sdk@acme-project.iam.gserviceaccount.com', uid: 'uid1' },
      },
    ],
  },
  {
    heading: 'Keycloak',
    alg: 'RS256',
    claims: {
      iss: 'https://sso.example.com/realms/acme',
      sub: '6f1c1a52-8a0c-4c0e-9d0b-0d5a0f6f2f7d',
      aud: ['billing', 'account'],
      typ: 'Bearer',
      azp: 'web',
      sid: '9c4b',
      jti: 'onrtac:1',
      acr: '1',
      'allowed-origins': ['https://app.example.com'],
      realm_access: { roles: ['offline_access', ...roles] },
      resource_access: { account: { roles: ['manage-account'] } },
      scope: 'openid profile email',
      email: 'ada@example.com',
      email_verified: true,
      ...times,
    },
    caller: {
      userId: '6f1c1a52-8a0c-4c0e-9d0b-0d5a0f6f2f7d',
      roles: ['offline_access', ...roles],
      email: 'ada@example.com',
    },
    organisation: { claims: { org_id: 'org_1' }, id: 'org_1' },
    others: [
      { what: 'for identity alone', refused: 'typ', changes: { typ: 'ID' } },
      { what: 'without the audience mapper', refused: 'aud', changes: { aud: 'account' } },
    ],
  },
  {
    heading: 'Cognito',
    alg: 'RS256',
    claims: {
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE',
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      client_id: '1example23456789',
      token_use: 'access',
      'cognito:groups': roles,
      version: 2,
      scope: 'openid email',
      auth_time: now - 10,
      origin_jti: 'o',
      event_id: 'e',
      username: 'ada',
      ...times,
    },
    caller: { userId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', roles, email: null },
    organisation: { claims: { org_id: 'org_1' }, id: 'org_1' },
    others: [
      {
        what: 'for identity alone',
        refused: 'client_id',
        changes: { client_id: undefined, aud: '1example23456789', token_use: 'id' },
      },
      { what: 'of another use', refused: 'token_use', changes: { token_use: 'id' } },
    ],
  },
  ...['Auth.js', 'My own sessions'].map((heading): Provider => ({
    heading,
    alg: 'HS256',
    claims: { ...times, iss: 'https://app.example.com', aud: 'billing', sub: 'user_1', roles },
    caller: { userId: 'user_1', roles, email: null },
    organisation: { claims: { sub: 'org_1' }, id: 'org_1' },
    others: [
      { what: 'that is the encrypted session', refused: 'authorization', token: encrypted },
      { what: 'with a number as its subject', refused: 'sub', changes: { sub: 42 } },
    ],
  })),
];
