import type { FastifyInstance } from 'fastify';
import type { ApiRoute } from '../route.ts';
import { html } from './html.ts';
import { renderDocument } from './layout.ts';
import { sendPage } from './page-reply.ts';

/** Serves the list of what the local Stripe supports, from its own routes. */
export function registerIndex(app: FastifyInstance, routes: readonly ApiRoute[], businessName: string): void {
  const isControl = (route: ApiRoute): boolean => route.path.startsWith('/_control/');
  const page = renderDocument(
    `Local Stripe · ${businessName}`,
    html`<main id="main" class="sheet" tabindex="-1">
      <h1>Local Stripe</h1>
      <p>
        Point a Stripe SDK at this address with any test-mode key, such as <code>sk_test_local</code>. Other
        requests and unknown parameters are refused as at Stripe.
      </p>
      ${renderRoutes(
        'API',
        routes.filter((route) => !isControl(route)),
      )}
      ${renderRoutes('Controls', routes.filter(isControl))}
    </main>`,
  );
  app.get('/', (_request, reply) => sendPage(reply, 200, page));
}

function renderRoutes(title: string, routes: readonly ApiRoute[]) {
  return html`<section>
    <h2>${title}</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="${title}">
      <table>
        <thead>
          <tr>
            <th scope="col">Request</th>
            <th scope="col">Parameters</th>
          </tr>
        </thead>
        <tbody>
          ${routes.map(
            ({ method, path, parameterNames }) =>
              html`<tr>
                <td><code>${method} ${path.replace(/:(\w+)/g, '{$1}')}</code></td>
                <td class="small">${parameterNames.join(', ')}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
