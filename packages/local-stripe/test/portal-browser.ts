import type { Stripe } from 'stripe';

/** A page in a browser without scripts. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** The visible text: the markup without its tags. */
  readonly text: string;
}

/** Opens a page. Follows redirects within the local Stripe only. */
export async function openPage(address: string, init: RequestInit = {}): Promise<Page> {
  const response = await fetch(address, { ...init, redirect: 'manual' });
  const location = response.headers.get('location');
  if (response.status === 303 && location !== null) {
    const target = new URL(location, address);
    if (target.origin === new URL(address).origin) return openPage(target.href);
    return { url: target.href, status: 303, headers: response.headers, html: '', text: '' };
  }
  return readPage(address, response);
}

async function readPage(url: string, response: Response): Promise<Page> {
  const html = await response.text();
  const text = html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
  return { url, status: response.status, headers: response.headers, html, text };
}

export function followLink(page: Page, label: string): Promise<Page> {
  return openPage(linkOf(page, label));
}

/** Returns the target of the link with a label. @throws if the page has no such link */
export function linkOf(page: Page, label: string): string {
  const links = [...page.html.matchAll(/<a\b[^>]*?href="([^"]*)"[^>]*>([\s\S]*?)<\/a\s*>/g)];
  const link = links.find(([, , content = '']) => plain(content) === label);
  if (!link) throw new Error(`no link "${label}" on ${page.url}: ${page.text}`);
  return new URL(unescape(link[1] ?? ''), page.url).href;
}

/** Submits the form of a button, with its shown values and the given ones. */
export function submitForm(
  page: Page,
  label: string,
  entries: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const forms = [...page.html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)];
  const form = forms.find(([, , content = '']) => buttonLabels(content).includes(label));
  if (!form) throw new Error(`no button "${label}" on ${page.url}: ${page.text}`);
  const [, attributes = '', content = ''] = form;
  const action = new URL(unescape(/action="([^"]*)"/.exec(attributes)?.[1] ?? page.url), page.url);
  const values = new URLSearchParams({ ...shownValues(content), ...entries });
  if (!attributes.includes('method="post"')) return openPage(`${action.href}?${values.toString()}`);
  return openPage(action.href, { method: 'POST', body: values });
}

export function hasControl(page: Page, label: string): boolean {
  return buttonLabels(page.html).includes(label) || new RegExp(`>\\s*${label}\\s*</a`).test(page.html);
}

export function fieldNames(page: Page): string[] {
  return [...page.html.matchAll(/<(?:input|select|textarea)\b[^>]*?name="([^"]*)"/g)].map(
    ([, name = '']) => name,
  );
}

function buttonLabels(html: string): string[] {
  return [...html.matchAll(/<button\b[^>]*>([\s\S]*?)<\/button>/g)].map(([, content = '']) => plain(content));
}

/** The values that a browser sends for an untouched form. */
function shownValues(form: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [input] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    const choice = /type="(radio|checkbox)"/.test(input);
    if (name !== undefined && (!choice || /\bchecked\b/.test(input))) {
      values[name] = unescape(/value="([^"]*)"/.exec(input)?.[1] ?? '');
    }
  }
  for (const [, name = '', options = ''] of form.matchAll(
    /<select\b[^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g,
  )) {
    const all = [...options.matchAll(/<option\b[^>]*value="([^"]*)"[^>]*>/g)];
    const chosen = all.find(([option]) => /\bselected\b/.test(option)) ?? all[0];
    values[name] = unescape(chosen?.[1] ?? '');
  }
  return values;
}

function plain(html: string): string {
  return unescape(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

function unescape(text: string): string {
  return text
    .replace(/&amp;/g, '&')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>');
}

/** Opens the portal of a customer. */
export async function openPortal(
  stripe: Stripe,
  params: Stripe.BillingPortal.SessionCreateParams,
  init: RequestInit = {},
): Promise<Page> {
  const session = await stripe.billingPortal.sessions.create({
    return_url: 'https://app.example.com/account',
    ...params,
  });
  return openPage(session.url, init);
}
