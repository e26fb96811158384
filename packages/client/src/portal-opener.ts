import type { OpenBillingPortalMutationVariables } from './generated/operations.ts';

/** What to open the portal with; without a `returnUrl` it leads back to the page that it is opened from. */
export type PortalRequest = Partial<OpenBillingPortalMutationVariables>;

/** A stopped navigation leaves the page where it is: after this time it can be tried again. */
const leavingMs = 10_000;

/** In the session's storage from leaving for the portal until the next page asks. */
const leftKey = 'billing-portal-left';

/**
 * Opens a session and sends the browser there. A session's URL is short-lived, so it is asked for on the click. While
 * one is under way, or the browser is about to leave, another call joins it and opens nothing.
 */
export class PortalOpener {
  private underWay: Promise<void> | null = null;
  private stopWaiting = (): void => undefined;

  constructor(
    private readonly createSession: (
      variables: OpenBillingPortalMutationVariables,
    ) => Promise<{ readonly url: string }>,
    private readonly onChange: (opening: boolean) => void = () => undefined,
  ) {}

  open(request: PortalRequest = {}): Promise<void> {
    if (this.underWay === null) {
      this.underWay = this.leave(request);
      this.onChange(true);
      this.underWay.catch(() => this.release());
    }
    return this.underWay;
  }

  private async leave(request: PortalRequest): Promise<void> {
    const { url } = await this.createSession({ ...request, returnUrl: request.returnUrl ?? currentPage() });
    withSessionStorage((storage) => storage.setItem(leftKey, 'true'));
    window.location.assign(url);
    this.releaseLater();
  }

  private releaseLater(): void {
    const release = (): void => this.release();
    const timer = setTimeout(release, leavingMs);
    // The browser's "back" may show this very page again, as it was left.
    window.addEventListener('pageshow', release);
    this.stopWaiting = () => {
      clearTimeout(timer);
      window.removeEventListener('pageshow', release);
    };
  }

  private release(): void {
    // What is left of this opening would release the next one.
    this.stopWaiting();
    this.underWay = null;
    this.onChange(false);
  }
}

/** Without the fragment, which belongs to the page alone. */
function currentPage(): string {
  const { origin, pathname, search } = window.location;
  return origin + pathname + search;
}

let isBack: boolean | undefined;

/**
 * Whether this page was loaded after the portal was opened in this tab. What was changed there may not have reached
 * the service yet, which then has to ask Stripe: `fresh` says so.
 */
export function isBackFromPortal(): boolean {
  return (isBack ??=
    withSessionStorage((storage) => {
      const left = storage.getItem(leftKey) !== null;
      storage.removeItem(leftKey);
      return left;
    }) ?? false);
}

/** Undefined where the browser denies it, or there is none. */
function withSessionStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(window.sessionStorage);
  } catch {
    return undefined;
  }
}

/**
 * Calls back when the browser's "back" shows the page as it was left: what it shows of billing is old then. The
 * portal's own link back loads the page anew: that is what `isBackFromPortal` tells.
 */
export function onReturn(callback: () => void): () => void {
  const listener = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) callback();
  };
  window.addEventListener('pageshow', listener);
  return () => window.removeEventListener('pageshow', listener);
}
