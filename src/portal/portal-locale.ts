import { match } from '@formatjs/intl-localematcher';

/** The languages of Stripe's portal: https://docs.stripe.com/api/customer_portal/sessions/create */
const portalLocales = (
  'bg cs da de el en en-AU en-CA en-GB en-IE en-IN en-NZ en-SG es es-419 et fi fil fr fr-CA hr hu id it ja ko ' +
  'lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW'
).split(' ');

/** Languages that the portal has, by each code that BCP 47 has for them. */
const languages = new Set([
  ...portalLocales.map((locale) => new Intl.Locale(locale).language),
  ...['no', 'nn', 'yue'],
]);

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
/** Tags have up to 35 characters in practice (RFC 5646, 4.4.1). `Intl.Locale` blocks the process for half a second on 60 kB of attributes. */
const longestTag = 100;

/** `de-AT` becomes `de`, `zh-Hant-HK` becomes `zh-HK`. Null for a language that the portal does not support, or an invalid tag. */
export function getPortalLocale(tag: string): string | null {
  const locale = readTag(tag);
  if (locale === null || !languages.has(locale.language)) return null;
  // By relation alone the library would also match other languages, such as Belarusian with Russian.
  const found = match([reduce(locale)], portalLocales, 'und');
  return found === 'und' ? null : found;
}

/** Reads the spellings of POSIX too: `de_AT`. */
function readTag(tag: string): Intl.Locale | null {
  try {
    return tag.length > longestTag ? null : new Intl.Locale(tag.replaceAll('_', '-'));
  } catch {
    return null;
  }
}

/** The library remembers every tag that it has seen, so it gets only parts that are few: a caller chooses the tag. */
function reduce({ language, script, region }: Intl.Locale): string {
  return [
    language,
    ...(script === 'Hans' || script === 'Hant' ? [script] : []),
    ...(region !== undefined && regions.of(region) !== undefined ? [region] : []),
  ].join('-');
}
