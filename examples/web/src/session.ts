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

/** The demo has two users: one with a plan, and one with a plan in each state. */
export type DemoUser = 'token' | 'statesToken';

/** Stored in the browser, because the way back from the portal loads the page again. */
export async function signIn(user: DemoUser): Promise<Session> {
  const response = await fetch('/demo/sign-in', { method: 'POST' });
  if (!response.ok) throw new Error(`The demo refused: ${String(response.status)}`);
  const demo = (await response.json()) as Record<'graphqlUrl' | DemoUser, string>;
  const session = { graphqlUrl: demo.graphqlUrl, token: demo[user] };
  sessionStorage.setItem(key, JSON.stringify(session));
  return session;
}

export function signOut(): void {
  sessionStorage.removeItem(key);
}
