import { BadUserInputError } from '../errors.ts';

/** The languages of Stripe's portal: https://docs.stripe.com/api/customer_portal/sessions/create */
const portalLocales = (
  'auto bg cs da de el en en-AU en-CA en-GB en-IE en-IN en-NZ en-SG es es-419 et fi fil fr fr-CA hr hu id it ja ko ' +
  'lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW'
).split(' ');

const localesByLowerCase = new Map(portalLocales.map((locale) => [locale.toLowerCase(), locale]));

/**
 * Finds the portal's language for an IETF tag as browsers have it: `de-AT` becomes `de`.
 * @throws BadUserInputError when the portal does not speak the language
 */
export function getPortalLocale(tag: string): string {
  const lowerCase = tag.toLowerCase().replaceAll('_', '-');
  const [language = ''] = lowerCase.split('-');
  const locale = localesByLowerCase.get(lowerCase) ?? localesByLowerCase.get(language);
  if (locale === undefined) {
    throw new BadUserInputError(
      'The locale is not one of the portal\'s: give an IETF tag such as "de" or "pt-BR", or "auto".',
    );
  }
  return locale;
}
