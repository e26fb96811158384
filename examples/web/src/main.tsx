import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { StrictMode, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { AccountPage } from './account-page.tsx';
import { findSession, type Session, signOut } from './session.ts';
import { SignInPage } from './sign-in-page.tsx';
import './styles.css';

function App() {
  const [session, setSession] = useState(findSession);
  const leave = () => {
    signOut();
    setSession(null);
  };
  return (
    <>
      <header className="bar">
        <p className="brand">
          <span className="mark" aria-hidden="true">
            A
          </span>
          Acme
        </p>
        {session && (
          <button className="quiet" type="button" onClick={leave}>
            Sign out
          </button>
        )}
      </header>
      <main>
        {session ? <SignedIn session={session} onSignOut={leave} /> : <SignInPage onSignIn={setSession} />}
      </main>
    </>
  );
}

function SignedIn({ session, onSignOut }: { session: Session; onSignOut: () => void }) {
  const client = useMemo(() => {
    const headers = { authorization: `Bearer ${session.token}` };
    return new ApolloClient({
      link: new HttpLink({ uri: session.graphqlUrl, headers }),
      cache: new InMemoryCache(),
    });
  }, [session]);
  return (
    <ApolloProvider client={client}>
      <AccountPage onSignInAgain={onSignOut} />
    </ApolloProvider>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
