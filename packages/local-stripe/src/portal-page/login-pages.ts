import { html } from './html.ts';
import { renderMessagePage } from './layout.ts';

/** The page of an expired link: how to get a new one, by e-mail if the session offers it. */
export function renderExpiredPage(options: {
  readonly loginAction: string | null;
  readonly returnUrl: string | null;
}): string {
  const { loginAction, returnUrl } = options;
  return renderMessagePage(
    'This link has expired',
    html`<p>
        For your security, links to the billing portal work for a short time only.
        ${
          loginAction === null
            ? 'Go back to the website or app you came from and open billing again: it makes a new link.'
            : 'Enter the email address that your invoices go to, and we send you a new one.'
        }
      </p>
      ${loginAction !== null && loginForm(loginAction)} ${renderGoBack(returnUrl)}`,
  );
}

export function renderLoginPage(action: string): string {
  return renderMessagePage(
    'Manage your billing',
    html`<p>Enter the email address that your invoices go to, and we send you a link.</p>
      ${loginForm(action)}`,
  );
}

function loginForm(action: string) {
  return html`<form class="entry" method="post" action="${action}">
    <label>Email<input type="email" name="email" autocomplete="email" required /></label>
    <div class="buttons"><button class="primary" type="submit">Send link</button></div>
  </form>`;
}

/** The answer to an e-mail address, the same for known and unknown ones. It shows the e-mail that cannot be sent here. */
export function renderLinkSentPage(email: string, sessionUrl: string | null): string {
  return renderMessagePage(
    'Check your email',
    html`<p>If ${email} belongs to a customer, a link to the billing portal is on its way.</p>
      ${sessionUrl !== null && html`<p class="notice">The local stand-in sends no e-mail. This is the link that would be in it: <a href="${sessionUrl}">open the billing portal</a>.</p>`}`,
  );
}

export function renderNotFoundPage(returnUrl: string | null = null): string {
  return renderMessagePage(
    'Nothing here',
    html`<p>
        This link does not exist, or what it is for is not offered to you. Go back to where you came from and
        open billing again.
      </p>
      ${renderGoBack(returnUrl)}`,
  );
}

function renderGoBack(returnUrl: string | null) {
  return returnUrl !== null && html`<p><a class="button" href="${returnUrl}">Go back</a></p>`;
}
