import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { PortalOpener } from '../src/portal-opener.ts';

/** As much of a browser's page as a click needs: it stays, as one that "back" leads to. */
class Page extends EventTarget {
  readonly location = {
    origin: 'https://app.example.com',
    pathname: '/account',
    search: '',
    assign: () => undefined,
  };
}

let page: Page;
beforeEach(() => {
  jest.useFakeTimers();
  page = new Page();
  Object.assign(globalThis, { window: page });
});

afterEach(() => {
  jest.useRealTimers();
  Reflect.deleteProperty(globalThis, 'window');
});

/** Each session takes five seconds. */
function createOpener(): { opener: PortalOpener; changes: boolean[]; countSessions: () => number } {
  const changes: boolean[] = [];
  let sessions = 0;
  const opener = new PortalOpener(
    async () => {
      sessions += 1;
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return { url: 'https://billing.stripe.com/p/session/1' };
    },
    (opening) => changes.push(opening),
  );
  return { opener, changes, countSessions: () => sessions };
}

/** A first click, and the way back three seconds after the browser left. */
async function leaveAndReturn(opener: PortalOpener): Promise<void> {
  void opener.open();
  await jest.advanceTimersByTimeAsync(8_000);
  page.dispatchEvent(new Event('pageshow'));
}

test('a click while another is under way joins it', async () => {
  const { opener, countSessions } = createOpener();
  void opener.open();
  await jest.advanceTimersByTimeAsync(5_000);
  void opener.open();
  expect(countSessions()).toBe(1);
});

test('a navigation that was stopped can be tried again after ten seconds', async () => {
  const { opener, changes } = createOpener();
  void opener.open();
  await jest.advanceTimersByTimeAsync(14_999);
  expect(changes).toEqual([true]);
  await jest.advanceTimersByTimeAsync(1);
  expect(changes).toEqual([true, false]);
});

test('the time that a first click had left does not end a second one', async () => {
  const { opener, countSessions } = createOpener();
  await leaveAndReturn(opener);
  await jest.advanceTimersByTimeAsync(5_000);
  void opener.open();
  await jest.advanceTimersByTimeAsync(3_000);
  void opener.open();
  expect(countSessions()).toBe(2);
});

test('a page that is shown again does not end an opening that has not left it', async () => {
  const { opener, changes } = createOpener();
  void opener.open();
  await jest.advanceTimersByTimeAsync(15_000);
  void opener.open();
  page.dispatchEvent(new Event('pageshow'));
  expect(changes).toEqual([true, false, true]);
});
