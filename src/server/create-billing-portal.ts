import './own-fetch.ts';
import type { GraphQLSchema } from 'graphql';
import { createApp, composeApp } from '../app.ts';
import { type Caller, type Identity, requireRole, toCaller } from '../auth/claims.ts';
import { loadConfig, loadHostedConfig } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { createHostSchema } from '../graphql/schema-variants.ts';
import type { Identify } from '../http/authentication.ts';
import { findHostedRequest } from '../http/hosted-requests.ts';
import { type SessionInput, readSessionRequest } from '../portal/billing-portal.routes.ts';
import type { PortalSession } from '../portal/portal-session.ts';

export type { Identity, PortalSession, SessionInput };

export interface BillingPortalOptions<Source> {
  /**
   * Returns the user of a request, or null. `fetch` passes its `Request`, and `schema` the context of your GraphQL
   * server. Without this function, `fetch` reads tokens by the variables `JWT_…`.
   */
  readonly identify?: (source: Source) => Promise<Identity | null | undefined> | Identity | null | undefined;
  /** Where `fetch` is mounted, such as `/billing`. By default, the path of PUBLIC_URL. */
  readonly basePath?: string | undefined;
}

export interface BillingPortal<Source> {
  /** For your own GraphQL server. Rate limits, operation limits and the masking of errors are then its duty. */
  readonly schema: GraphQLSchema;
  /**
   * Serves all routes below the base path: GraphQL, REST, e-mail links and webhooks.
   * @param client its address, for the rate limit. Without it, TRUST_PROXY says how many proxies name it.
   */
  readonly fetch: (
    request: Request & Source,
    client?: { readonly address?: string | undefined },
  ) => Promise<Response>;
  readonly sessions: {
    /** Opens a session by the rules of the mutation. The URL is a credential: redirect to it, and never store it. */
    readonly create: (identity: Identity, request: SessionInput) => Promise<PortalSession>;
  };
  /** Waits up to eleven seconds for open requests, sessions and operations, then closes everything. */
  readonly close: () => Promise<void>;
}

/** Builds the service inside a server of yours. @param env `process.env`, and variables that you set. @throws ConfigurationError */
export async function createBillingPortal<Source = Request>(
  env: Environment,
  { identify, basePath }: BillingPortalOptions<Source> = {},
): Promise<BillingPortal<Source>> {
  const identifyCaller = async (source: unknown): Promise<Caller | null> => {
    const identity = await identify?.(source as Source);
    return identity ? toCaller(identity) : null;
  };
  // The host listens, perhaps on a pipe that PORT names.
  const settings = { ...env, HOST: undefined, PORT: undefined, METRICS_PORT: undefined };
  const withTokens = identify === undefined ? loadConfig(settings) : null;
  const config = withTokens ?? loadHostedConfig(settings);
  const identifyRequest: Identify = (request) =>
    identifyCaller(findHostedRequest(request)).catch((cause: unknown) => {
      // Its status, if it has one, is about a request of the host's own.
      throw new Error('`identify` failed.', { cause });
    });
  const app = await (withTokens === null
    ? composeApp(config, { identify: identifyRequest })
    : createApp(withTokens));
  app.startSweeping();
  return {
    schema: createHostSchema(app.schema, { identify: identifyCaller, track: app.track }),
    fetch: (request, client) =>
      app.fetch(request, { ...client, basePath: basePath ?? config.publicUrl?.pathname }),
    sessions: {
      create: async (identity, input) => {
        const caller = toCaller(identity);
        requireRole(caller, config.requiredRole);
        return app.track(app.features.portal.sessions.create(caller, readSessionRequest(input)));
      },
    },
    close: () => app.stop(),
  };
}
