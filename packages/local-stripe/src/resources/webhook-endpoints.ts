import { paginate, paginationParameters } from '../pagination.ts';
import { array, boolean, emptyable, metadata, required, string, url } from '../parameters.ts';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import { mergeMetadata } from '../shared-parameters.ts';
import type { WebhookEndpoints } from '../webhooks/webhook-endpoints.ts';

const path = '/v1/webhook_endpoints';

export function createWebhookEndpointRoutes(endpoints: WebhookEndpoints): ApiRoute[] {
  return [
    createRoute({
      method: 'POST',
      path,
      parameters: {
        api_version: string(),
        connect: boolean(),
        description: emptyable(string()),
        enabled_events: required(array(string())),
        metadata: metadata(),
        url: required(url()),
      },
      handle: ({ values }) => {
        const { endpoint, secret } = endpoints.add({
          url: values.url,
          enabledEvents: values.enabled_events,
          connect: values.connect ?? false,
          description: values.description ?? null,
          metadata: mergeMetadata({}, values.metadata),
          apiVersion: values.api_version ?? null,
        });
        return { ...endpoint, secret };
      },
    }),
    createRoute({
      method: 'GET',
      path,
      parameters: paginationParameters,
      handle: ({ values }) => paginate(endpoints.all(), values, path),
    }),
    createRoute({
      method: 'GET',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => endpoints.get(id).endpoint,
    }),
    createRoute({
      method: 'POST',
      path: `${path}/:id`,
      parameters: {
        description: emptyable(string()),
        disabled: boolean(),
        enabled_events: array(string()),
        metadata: metadata(),
        url: url(),
      },
      handle: ({ id, values: { disabled, enabled_events: types, metadata: data, ...plain } }) =>
        endpoints.change(id, {
          ...plain,
          ...(types === undefined ? {} : { enabled_events: [...types] }),
          ...(disabled === undefined ? {} : { status: disabled ? 'disabled' : 'enabled' }),
          metadata: mergeMetadata(endpoints.get(id).endpoint.metadata, data),
        }),
    }),
    createRoute({
      method: 'DELETE',
      path: `${path}/:id`,
      parameters: {},
      handle: ({ id }) => {
        endpoints.remove(id);
        return { id, object: 'webhook_endpoint', deleted: true };
      },
    }),
  ];
}
