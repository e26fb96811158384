import { hash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

interface Page {
  readonly status: number;
  readonly heading: string;
  readonly text: string;
  readonly button?: boolean;
}

const instead =
  'Sign in to the product that sent it and open billing there, or ask its support for a new link.';

/** The pages that a person who follows a link can see. No page names the user: anyone who has the link can see the page. */
const pages = {
  ready: {
    status: 200,
    heading: 'Your billing page',
    text: 'The button takes you to your billing page, which Stripe runs. The link is meant for you alone: do not pass it on.',
    button: true,
  },
  used: {
    status: 410,
    heading: 'This link has been used',
    text: `It opens billing only once. ${instead}`,
  },
  expired: { status: 410, heading: 'This link has expired', text: instead },
  unknown: {
    status: 404,
    heading: 'This link does not work',
    text: `It may have been cut off on its way, or been withdrawn: try the link in the e-mail once more. ${instead}`,
  },
  changed: {
    status: 410,
    heading: 'This link no longer fits',
    text: `Something about the billing has changed since it was sent. ${instead}`,
  },
  gone: {
    status: 410,
    heading: 'This billing account no longer exists',
    text: 'It was deleted after the link was sent. Ask the support of the product that sent it.',
  },
  not_offered: {
    status: 403,
    heading: 'This is not available any more',
    text: 'What the link was made for cannot be done now. Sign in to the product that sent it and open billing there to see what can.',
  },
  too_many: {
    status: 429,
    heading: 'Too many tries',
    text: 'Wait a minute, then press the button.',
    button: true,
  },
  try_again: {
    status: 503,
    heading: 'Billing cannot be opened right now',
    text: 'Wait a moment, then press the button to try again. This has not used the link up.',
    button: true,
  },
} satisfies Readonly<Record<string, Page>>;

export type EmailLinkPageName = keyof typeof pages;

/** Colours keep a contrast of at least 7:1 in both schemes. */
const style = `
:root { color-scheme: light dark; --page: #f5f7fa; --card: #ffffff; --text: #1a1f36; --muted: #474e62;
  --line: #e0e4ec; --button: #3a30b0; --button-text: #ffffff; --focus: #1a1f36; }
@media (prefers-color-scheme: dark) {
  :root { --page: #10131c; --card: #181d2a; --text: #eef1f8; --muted: #b9c1d4;
    --line: #2c3345; --button: #b3adff; --button-text: #12102b; --focus: #ffffff; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page);
  color: var(--text); font: 400 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 2rem 1.75rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0; color: var(--muted); }
form { margin: 1.5rem 0 0; }
button { width: 100%; min-height: 3rem; padding: .75rem 1rem; border: 2px solid transparent; border-radius: .5rem;
  background: var(--button); color: var(--button-text); font: inherit; font-weight: 650; cursor: pointer; }
button:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
`;

type SendPage = (reply: FastifyReply, name: EmailLinkPageName, status?: number) => FastifyReply;

/** @param stripeUrl the URL of a Stripe other than Stripe's own, to which the button finally leads */
export function createPageSender(stripeUrl: URL | null): SendPage {
  const styleHash = hash('sha256', style, 'base64');
  // Chromium applies form-action to the redirect after a form too. Stripe's portal may use a custom domain.
  const targets = ["'self'", 'https:', ...(stripeUrl?.protocol === 'http:' ? [stripeUrl.origin] : [])];
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${targets.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  const headers = {
    'content-security-policy': policy.join('; '),
    'content-type': 'text/html; charset=utf-8',
    'x-robots-tag': 'noindex, nofollow',
  };
  return (reply, name, status = pages[name].status) =>
    reply.code(status).headers(headers).send(print(pages[name]));
}

/** The form posts to the page's own URL, which works behind any proxy. A CSRF token is not needed: the link is the credential. */
function print({ heading, text, button = false }: Page): string {
  const form = button ? '\n<form method="post"><button>Open billing</button></form>' : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
<p>${text}</p>${form}
</main>
</body>
</html>
`;
}
