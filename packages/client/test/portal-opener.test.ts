import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { PortalOpener, type PortalWindow } from '../src/portal-opener.ts';

/** As much of a browser's window as a click needs. The page stays, as one that "back" leads to. */
class Page extends EventTarget {
  readonly visited: string[] = [];
  readonly location: Location;

  constructor(address: string) {
    super();
    const { origin, pathname, search, hash } = new URL(address);
    const { visited } = this;
    this.location = {
      origin,
      pathname,
      search,
      hash,
      set href(url: string) {
        visited.push(url);
      },
    } as Location;
  }
}

/** What a browser shows of a window of another origin: its address can be set and not read. */
class ForeignPage {
  readonly visited: string[] = [];
  readonly location = new Proxy({} as Location, {
    get: () => {
      throw new DOMException('Blocked a frame from accessing a cross-origin frame.', 'SecurityError');
    },
    set: (_target, _name, url: string) => this.visited.push(url) > 0,
  });
}

let page: Page;
beforeEach(() => {
  jest.useFakeTimers();
  page = new Page('https://app.example.com/account?tab=2#/billing/plan');
  Object.assign(globalThis, { window: page });
});

afterEach(() => {
  jest.useRealTimers();
  Reflect.deleteProperty(globalThis, 'window');
});

const portalUrl = 'https://billing.stripe.com/p/session/1';

interface Kit {
  readonly opener: PortalOpener;
  readonly changes: boolean[];
  readonly returnUrls: string[];
}

/** Each session takes five seconds. */
function createOpener(window?: PortalWindow): Kit {
  const changes: boolean[] = [];
  const returnUrls: string[] = [];
  const opener = new PortalOpener(
    async ({ returnUrl }) => {
      returnUrls.push(returnUrl);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return { url: portalUrl };
    },
    { onChange: (opening) => changes.push(opening), window },
  );
  return { opener, changes, returnUrls };
}

/** A first click, and the way back three seconds after the browser left. */
async function leaveAndReturn(opener: PortalOpener): Promise<void> {
  void opener.open();
  await jest.advanceTimersByTimeAsync(8_000);
  page.dispatchEvent(new Event('pageshow'));
}

test('a click while another is under way joins it', async () => {
  const { opener, returnUrls } = createOpener();
  void opener.open();
  await jest.advanceTimersByTimeAsync(5_000);
  void opener.open();
  expect(returnUrls).toHaveLength(1);
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
  const { opener, returnUrls } = createOpener();
  await leaveAndReturn(opener);
  await jest.advanceTimersByTimeAsync(5_000);
  void opener.open();
  await jest.advanceTimersByTimeAsync(3_000);
  void opener.open();
  expect(returnUrls).toHaveLength(2);
});

test('a page that is shown again does not end an opening that has not left it', async () => {
  const { opener, changes } = createOpener();
  void opener.open();
  await jest.advanceTimersByTimeAsync(15_000);
  void opener.open();
  page.dispatchEvent(new Event('pageshow'));
  expect(changes).toEqual([true, false, true]);
});

test('the portal leads back to the page with its query and its fragment, where a hash router has its route', async () => {
  const { opener, returnUrls } = createOpener();
  void opener.open();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(returnUrls).toEqual(['https://app.example.com/account?tab=2#/billing/plan']);
  expect(page.visited).toEqual([portalUrl]);
});

test('the window that was passed leaves for the portal, and the portal leads back to its page', async () => {
  const top = new Page('https://app.example.com/#/shell');
  const { opener, returnUrls } = createOpener(top);
  void opener.open();
  await jest.advanceTimersByTimeAsync(5_000);
  expect({ returnUrls, visited: top.visited, own: page.visited }).toEqual({
    returnUrls: ['https://app.example.com/#/shell'],
    visited: [portalUrl],
    own: [],
  });
});

test('a window can be passed where there is no global one', async () => {
  Reflect.deleteProperty(globalThis, 'window');
  const { opener, changes } = createOpener(page);
  void opener.open();
  await jest.advanceTimersByTimeAsync(15_000);
  expect({ changes, visited: page.visited }).toEqual({ changes: [true, false], visited: [portalUrl] });
});

test('a window of another origin leaves for the portal', async () => {
  const top = new ForeignPage();
  const { opener } = createOpener(top);
  void opener.open({ returnUrl: 'https://shop.example.com/account' });
  await jest.advanceTimersByTimeAsync(5_000);
  expect(top.visited).toEqual([portalUrl]);
});

test('a window of another origin needs a returnUrl, since its address cannot be read', async () => {
  const { opener, returnUrls } = createOpener(new ForeignPage());
  await expect(opener.open()).rejects.toThrow('Pass a returnUrl');
  expect(returnUrls).toEqual([]);
});

test('an event in place of a request, as of a click handler that is `open` itself, opens the portal', async () => {
  const sent: unknown[] = [];
  const opener = new PortalOpener((variables) => {
    sent.push(variables);
    return Promise.resolve({ url: portalUrl });
  });
  const event: object = { isTrusted: true, target: page };
  await opener.open(event);
  expect(JSON.parse(JSON.stringify(sent))).toEqual([
    { returnUrl: page.location.origin + '/account?tab=2#/billing/plan' },
  ]);
});

test('a request that leaves a field undefined keeps what every opening has', async () => {
  const sent: unknown[] = [];
  const defaults = { returnUrl: 'https://app.example.com/home', locale: 'de' };
  const opener = new PortalOpener((variables) => {
    sent.push(variables);
    return Promise.resolve({ url: portalUrl });
  });
  await opener.open({ returnUrl: undefined, locale: undefined }, defaults);
  expect(sent).toEqual([expect.objectContaining(defaults)]);
});
