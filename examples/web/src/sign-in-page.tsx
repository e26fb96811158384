import { useState } from 'react';
import { type DemoUser, type Session, signIn } from './session.ts';

/** The demo's door. Your application has its own. */
export function SignInPage({ onSignIn }: { onSignIn: (session: Session) => void }) {
  const [problem, setProblem] = useState('');
  const enter = (user: DemoUser) => {
    setProblem('');
    signIn(user).then(onSignIn, () => setProblem('The demo does not answer. Is it still running?'));
  };
  return (
    <section className="panel welcome">
      <h1>Welcome to Acme</h1>
      <p className="muted">
        An account page in front of a local Stripe. Nothing here is charged: cancel, pause and change what you
        like.
      </p>
      <div className="actions">
        <button className="primary" type="button" onClick={() => enter('token')}>
          Sign in as the demo user
        </button>
        <button type="button" onClick={() => enter('statesToken')}>
          See a plan in each state
        </button>
      </div>
      <p className="problem-text" role="alert">
        {problem}
      </p>
    </section>
  );
}
