import { expect, test } from '@jest/globals';
import { parseUrl } from '../../src/shared/urls.ts';

test('reads text with letters such as ü, however often it is asked', () => {
  const refused = Array.from({ length: 50_000 }, () => parseUrl('https://münchen.example')).filter(
    (url) => url === null,
  );

  expect(refused).toHaveLength(0);
});

test.each(['', 'no url', 'https://', 'https://exa mple.com'])('%j is no URL', (text) => {
  expect(parseUrl(text)).toBeNull();
});
