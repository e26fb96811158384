import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { getBilling } from '../lib/billing';
import { createCookie, readUserId } from '../lib/session';

async function findUserId(): Promise<string | null> {
  return readUserId((await cookies()).get('session')?.value);
}

async function signIn() {
  'use server';
  (await cookies()).set('session', createCookie('ada'), { httpOnly: true, sameSite: 'lax' });
}

async function manageBilling() {
  'use server';
  const userId = await findUserId();
  if (userId === null) redirect('/');
  const { sessions } = await getBilling();
  const { url } = await sessions.create({ userId }, { returnUrl: `${process.env['APP_URL']}/` });
  redirect(url);
}

export default async function Page() {
  const userId = await findUserId();
  if (userId === null) {
    return (
      <form action={signIn}>
        <button>Sign in as Ada</button>
      </form>
    );
  }
  return (
    <form action={manageBilling}>
      <p>Signed in as {userId}.</p>
      <button>Manage billing</button>
    </form>
  );
}
