/** The signed-in user, for the demo alone. Replace this file by your application's own sign-in. */
export interface Session {
  readonly graphqlUrl: string;
  readonly token: string;
}

const key = 'session';

export function findSession(): Session | null {
  const text = sessionStorage.getItem(key);
  return text === null ? null : (JSON.parse(text) as Session);
}

/** Stored in the browser, because the way back from the portal loads the page again. */
export async function signIn(): Promise<Session> {
  const response = await fetch('/demo/sign-in', { method: 'POST' });
  if (!response.ok) throw new Error(`The demo refused: ${String(response.status)}`);
  const session = (await response.json()) as Session;
  sessionStorage.setItem(key, JSON.stringify(session));
  return session;
}

export function signOut(): void {
  sessionStorage.removeItem(key);
}
