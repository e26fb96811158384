import type { OpenBillingPortalMutationVariables } from './generated/operations.ts';

/** What to open the portal with; without a `returnUrl` it leads back to the page that it is opened from. */
export type PortalRequest = {
  readonly [Name in keyof OpenBillingPortalMutationVariables]?:
    OpenBillingPortalMutationVariables[Name] | undefined;
};

/** A window that can be sent to the portal, which may be of another origin. */
export type PortalWindow = Pick<Window, 'location'>;

export interface PortalOpenerOptions {
  readonly onChange?: (opening: boolean) => void;
  /** The window that leaves for the portal; the page's own by default. */
  readonly window?: PortalWindow | null | undefined;
}

/** A stopped navigation leaves the page where it is: after this time, the user can try again. */
const leavingMs = 10_000;

/** Stays in the session's storage from leaving for the portal until the next page asks. */
const leftKey = 'billing-portal-left';

/**
 * Opens a session and sends the browser there. A session's URL is short-lived, so the click creates the session. While
 * that is under way, or the browser is about to leave, another call joins it and opens nothing.
 */
export class PortalOpener {
  private underWay: Promise<void> | null = null;
  private stopWaiting = (): void => undefined;

  constructor(
    private readonly createSession: (
      variables: OpenBillingPortalMutationVariables,
    ) => Promise<{ readonly url: string }>,
    private readonly options: PortalOpenerOptions = {},
  ) {}

  /** @param defaults what a request leaves out */
  open(request: PortalRequest = {}, defaults: PortalRequest = {}): Promise<void> {
    if (this.underWay === null) {
      this.underWay = this.leave(request, defaults);
      this.options.onChange?.(true);
      this.underWay.catch(() => this.release());
    }
    return this.underWay;
  }

  private async leave(request: PortalRequest, defaults: PortalRequest): Promise<void> {
    const { location } = this.options.window ?? window;
    // By name, since a click handler that is `open` itself passes an event, which cannot be sent.
    const { returnUrl = defaults.returnUrl, locale = defaults.locale, flow, features } = request;
    const { url } = await this.createSession({
      returnUrl: returnUrl ?? readPage(location),
      locale,
      flow,
      features,
    });
    withSessionStorage((storage) => storage.setItem(leftKey, 'true'));
    // A page may set this on a window of another origin, where it may not call assign().
    location.href = url;
    this.releaseLater();
  }

  private releaseLater(): void {
    const release = (): void => this.release();
    const timer = setTimeout(release, leavingMs);
    // The browser's "back" may show this very page again, as it was left.
    const stopListening = typeof window === 'undefined' ? undefined : listenToPageShow(release);
    this.stopWaiting = () => {
      clearTimeout(timer);
      stopListening?.();
    };
  }

  private release(): void {
    // A timer that is left of this opening would release the next one.
    this.stopWaiting();
    this.underWay = null;
    this.options.onChange?.(false);
  }
}

/** With the fragment, in which a hash router has its route. */
function readPage(location: Location): string {
  try {
    const { origin, pathname, search, hash } = location;
    return origin + pathname + search + hash;
  } catch (cause) {
    const message = 'Pass a returnUrl: the window is of another origin, so its address cannot be read.';
    throw new Error(message, { cause });
  }
}

let isBack: boolean | undefined;

/**
 * Whether this page was loaded after `open` led this tab to the portal. A change that the customer made there may not
 * have reached the service yet, so read the account with `fresh`. It is false for a session that was opened otherwise.
 */
export function isBackFromPortal(): boolean {
  return (isBack ??=
    withSessionStorage((storage) => {
      const left = storage.getItem(leftKey) !== null;
      storage.removeItem(leftKey);
      return left;
    }) ?? false);
}

/** Undefined where the browser denies access to the storage, or has none. */
function withSessionStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(window.sessionStorage);
  } catch {
    return undefined;
  }
}

/**
 * Calls back when the browser's "back" shows the page as it was left, with billing data that may be stale. The
 * portal's own link back loads the page again: `isBackFromPortal` reports that.
 */
export function onReturn(callback: () => void): () => void {
  return listenToPageShow(({ persisted }) => {
    if (persisted) callback();
  });
}

function listenToPageShow(listener: (event: PageTransitionEvent) => void): () => void {
  window.addEventListener('pageshow', listener);
  return () => window.removeEventListener('pageshow', listener);
}
