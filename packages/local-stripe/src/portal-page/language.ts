import { AsyncLocalStorage } from 'node:async_hooks';
import { german } from './german.ts';

/** The languages that the hosted pages are shown in. */
export type Language = 'de' | 'en';

const spoken = new AsyncLocalStorage<Language>();

/** Renders pages in a language. Pages outside of it are English. */
export function speak<T>(language: Language, render: () => T): T {
  return spoken.run(language, render);
}

export function currentLanguage(): Language {
  return spoken.getStore() ?? 'en';
}

/** The locale of dates and amounts. */
export function currentLocale(): string {
  return currentLanguage() === 'de' ? 'de-DE' : 'en-US';
}

/** Chooses the language: the session's `locale`, else the customer's, else the browser's. */
export function chooseLanguage(
  locale: string | null,
  preferred: readonly string[],
  acceptLanguage = '',
): Language {
  const [browser = ''] = acceptLanguage.split(',');
  const wanted = locale === null || locale === 'auto' ? (preferred[0] ?? browser) : locale;
  return /^de\b/i.test(wanted) ? 'de' : 'en';
}

/** Translates a fixed text. Texts that the table does not have stay English. */
export function say(text: string): string {
  return currentLanguage() === 'de' ? (german[text] ?? text) : text;
}

/** Stands for a value in a template while its sentences are looked up. */
const hole = '\0';
const translated = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Translates the sentences of a template. Its values, such as names of products, are left alone. */
export function translateTemplate(strings: TemplateStringsArray): readonly string[] {
  if (currentLanguage() === 'en') return strings;
  const known = translated.get(strings);
  if (known) return known;
  const parts = strings.join(hole).split(/(<[^>]*>)/);
  const texts = parts.map((part) => (part.startsWith('<') ? translateLabel(part) : translateText(part)));
  const result = texts.join('').split(hole);
  translated.set(strings, result);
  return result;
}

function translateLabel(tag: string): string {
  return tag.replace(
    /aria-label="([^"\0]+)"/,
    (_attribute, label: string) => `aria-label="${german[label] ?? label}"`,
  );
}

/** Translates a text with its holes, as in `Ends on {}.`, or else what is between them. */
function translateText(text: string): string {
  const [, before = '', body = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  const key = body.replace(/\s+/g, ' ').replaceAll(hole, '{}');
  const whole = german[key];
  if (whole !== undefined) return `${before}${whole.replaceAll('{}', hole)}${after}`;
  return body.includes(hole) ? `${before}${body.split(hole).map(translateText).join(hole)}${after}` : text;
}
