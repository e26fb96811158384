import { translateTemplate } from './language.ts';

/** Safe markup: every value in it was escaped, or was safe markup already. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | null | false | readonly HtmlValue[];

/** A template tag that translates its sentences and escapes its values, as in html`<p>${name}</p>`. Null and false print nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(
    translateTemplate(strings)
      .map((text, index) => text + (index < values.length ? print(values[index] ?? null) : ''))
      .join(''),
  );
}

function print(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(print).join('');
  return escape(String(value));
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
