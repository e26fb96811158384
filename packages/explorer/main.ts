import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { GraphiQL, type GraphiQLProps } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import './explorer.css';

/** The demo puts a token after the # of the address, which no browser sends to a server. */
const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
// A copied address and the history must not hold the token.
window.history.replaceState(null, '', window.location.pathname);

const howToSignIn = `# Your token says whose billing this is.
# Under "Headers" below, put it like this:
# { "authorization": "Bearer …" }

`;

const firstQuery = `${token === null ? howToSignIn : ''}query {
  billingCustomer {
    id
    email
  }
}
`;

/** The page is served at the address that it asks. */
const fetchAnswer: GraphiQLProps['fetcher'] = async (operation, options) => {
  const response = await fetch(window.location.pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options?.headers },
    body: JSON.stringify(operation),
  });
  return (await response.json()) as object;
};

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');
createRoot(root).render(
  createElement(GraphiQL, {
    fetcher: fetchAnswer,
    defaultQuery: firstQuery,
    ...(token === null
      ? {}
      : { initialHeaders: JSON.stringify({ authorization: `Bearer ${token}` }, null, 2) }),
    defaultEditorToolsVisibility: 'headers',
    // Headers hold tokens, which are not kept in the browser's storage: its history would do so in any case.
    plugins: [],
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
    schemaDescription: true,
  }),
);
