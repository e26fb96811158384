import { html } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import { currentLanguage, say } from './language.ts';
import { returnUrlOf } from './visit.ts';
import type { Visit } from './visit.ts';

export const stylesheetPath = '/_control/portal.css';

/** Without an icon, browsers ask for /favicon.ico and log that it is not there. */
const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='8' height='8' rx='2' fill='%238f7bff'/></svg>";

/** Renders a whole document. */
export function renderDocument(title: string, body: HtmlValue): string {
  const page = html`<!doctype html>
    <html lang="${currentLanguage()}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="${icon}" />
        <link rel="stylesheet" href="${stylesheetPath}" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <aside class="stand-in" aria-label="About this page">
          <p>
            <strong>Local stand-in, not Stripe.</strong> Nothing here is charged: every card, invoice and
            subscription is made up and lives in this process alone.
          </p>
        </aside>
        ${body}
      </body>
    </html> `;
  return page.markup;
}

/** Renders a portal page: the business on the left, the content on the right. */
export function renderPortalPage(visit: Visit, title: string, content: Html): string {
  return renderDocument(
    `${say(title)} · ${visit.businessName}`,
    html`<div class="portal">
      ${aside(visit)}
      <main id="main" tabindex="-1">${content}</main>
    </div>`,
  );
}

function aside(visit: Visit): Html {
  const {
    headline,
    privacy_policy_url: privacy,
    terms_of_service_url: terms,
  } = visit.configuration.business_profile;
  const returnUrl = returnUrlOf(visit);
  return html`<header class="brand">
    <div class="brand-body">
      <p class="business">
        <span class="mark" aria-hidden="true">${visit.businessName.slice(0, 1)}</span>${visit.businessName}
      </p>
      <p class="headline">
        ${headline ?? `${visit.businessName} partners with a local Stripe for simplified billing.`}
      </p>
      ${
        returnUrl !== null &&
        html`<p>
          <a class="return" href="${returnUrl}"
            ><span aria-hidden="true">←</span> Return to ${visit.businessName}</a
          >
        </p>`
      }
    </div>
    <div class="small-print">
      <p>Powered by a local stand-in for Stripe</p>
      ${
        (terms !== null || privacy !== null) &&
        html`<ul class="links">
          ${terms !== null && html`<li><a href="${terms}">Terms</a></li>`}
          ${privacy !== null && html`<li><a href="${privacy}">Privacy</a></li>`}
        </ul>`
      }
    </div>
  </header>`;
}

/** The link back to the home page. A deep link has none. */
export function renderBackLink(visit: Visit): Html | null {
  if (visit.inFlow) return null;
  return html`<nav class="crumbs" aria-label="Breadcrumb">
    <a href="${visit.home}"><span aria-hidden="true">←</span> Back to billing</a>
  </nav>`;
}

/** The buttons of a form: submit and cancel. */
export function renderFormButtons(visit: Visit, label: string, kind: 'primary' | 'danger' = 'primary'): Html {
  const returnUrl = returnUrlOf(visit);
  const exit = visit.inFlow ? returnUrl : visit.home;
  return html`<div class="buttons">
    <button class="${kind}" type="submit">${say(label)}</button>
    ${exit !== null && html`<a class="button" href="${exit}">Go back</a>`}
  </div>`;
}

export function renderNotice(text: string, kind: 'success' | 'problem' = 'success'): Html {
  return html`<p class="notice ${kind}" role="${kind === 'success' ? 'status' : 'alert'}">${say(text)}</p>`;
}

/** Renders a page outside a session: a message, and what to do. */
export function renderMessagePage(title: string, content: Html): string {
  return renderDocument(
    title,
    html`<main id="main" class="message" tabindex="-1">
      <h1>${say(title)}</h1>
      ${content}
    </main>`,
  );
}

/** A form with one button. `subject` names its object for screen readers. */
export function postButton(action: string, label: string, kind: string, subject = ''): Html {
  return html`<form method="post" action="${action}">
    <button class="${kind}" type="submit" ${subject !== '' && html` aria-label="${say(label)}: ${subject}"`}>
      ${say(label)}
    </button>
  </form>`;
}
