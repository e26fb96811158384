import { readFile } from 'node:fs/promises';
import { AuthUnavailableError, type Refusal, UnauthenticatedError } from '../../auth/auth.errors.ts';
import { createAuthenticator } from '../../auth/authenticator.ts';
import type { Caller } from '../../auth/caller.ts';
import { createAuthConfig } from '../../config/config.ts';
import { authVariables, hasAll } from '../../config/environment-schema.ts';
import type { Deployment } from './deployment.ts';
import { type Judgement, fail, pass, skip } from './finding.ts';

/** Whether the service accepts the token in this file, or which claim it refuses. The token itself is never printed. */
export async function checkToken({ values, keySource }: Deployment, file: string): Promise<Judgement[]> {
  if (keySource === null || !hasAll(values, authVariables))
    return [skip('the variables for tokens have faults')];
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    // The name may be a token that was given in place of a file.
    return [
      fail(
        `the token's file cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`,
        'Write the token to a file and give the name of the file; /dev/stdin reads it from standard input.',
      ),
    ];
  }
  const authenticator = await createAuthenticator(createAuthConfig(values, keySource));
  try {
    return [describeCaller(await authenticator.authenticate(`Bearer ${extractToken(text)}`))];
  } catch (error) {
    if (error instanceof UnauthenticatedError || error instanceof AuthUnavailableError)
      return [describeRefusal(error)];
    throw error;
  }
}

/** Files often hold a header's whole value, quotes, or a byte order mark. */
function extractToken(text: string): string {
  return text
    .trim()
    .replace(/^(authorization: *)?bearer +/i, '')
    .replace(/^"(.*)"$/, '$1');
}

function describeCaller(caller: Caller | null): Judgement {
  if (caller === null) return skip('the file holds no token');
  const { userId, roles, email } = caller;
  const described = roles.length === 0 ? 'no roles' : `the roles ${roles.join(', ')}`;
  return pass(
    `accepted: user ${userId}, ${described}, ${email === null ? 'no verified e-mail' : 'a verified e-mail'}`,
  );
}

function describeRefusal({
  message,
  refusal,
  cause,
}: UnauthenticatedError | AuthUnavailableError): Judgement {
  if (refusal === null) return fail(cause instanceof Error ? `${message} ${cause.message}` : message, null);
  const { refused, expected, actual, hint } = refusal;
  const details = `${refused}: expected ${expected}; the token has ${actual}`;
  return fail(`${message} ${details}${hint === undefined ? '' : ` (${hint})`}`, findAdvice(refusal));
}

const advice: Readonly<Record<string, string>> = {
  iss: 'Set JWT_ISSUER to the issuer that the tokens name, character by character.',
  aud: 'Ask the issuer for tokens with this audience, or set JWT_AUDIENCE; for tokens without "aud" set JWT_AUDIENCE_CLAIM.',
  exp: 'Ask the issuer for a new token; if this one is new, compare the clocks.',
  nbf: 'Compare the clocks of the issuer and of this machine.',
  iat: 'Compare the clocks of the issuer and of this machine.',
  alg: 'Let the issuer sign with one of these algorithms, or set another source of keys.',
  kid: 'Set JWT_JWKS_URL to the jwks_uri of the issuer that signed the token.',
  signature: 'Set the source of keys to the issuer that signed the token.',
  typ: 'Send an access token, not another token of the same issuer.',
  authorization: 'Put one signed JWT into the file.',
};

function findAdvice({ refused }: Refusal): string {
  return advice[refused] ?? `Compare the claim with JWT_SUBJECT_CLAIM and JWT_AUDIENCE_CLAIM.`;
}
