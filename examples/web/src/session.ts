/** Who is signed in. This is the demo's; your application has a sign-in of its own, and this file's place is taken by it. */
export interface Session {
  readonly graphqlUrl: string;
  readonly token: string;
}

const key = 'session';

export function findSession(): Session | null {
  const text = sessionStorage.getItem(key);
  return text === null ? null : (JSON.parse(text) as Session);
}

/** Kept beyond the page, since the way back from the portal loads it anew. */
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
