import { isUtf8 } from 'node:buffer';
import { UnauthenticatedError } from './auth.errors.ts';

/** What a JSON object of a token holds. */
export type Members = Readonly<Record<string, unknown>>;

/** A JWT in its compact form, taken apart. Nothing of it can be trusted before its signature is checked. */
export interface SignedToken {
  readonly header: Members;
  /** The one algorithm that it is signed with, if at all. */
  readonly algorithm: string;
  /** What the signature is of. */
  readonly signedText: string;
  readonly signature: Buffer;
  /** To be read by `readMembers` once the signature is checked. */
  readonly claims: string;
}

/** @param token three parts of base64url, as `getBearerToken` gives it @throws UnauthenticatedError */
export function parseToken(token: string): SignedToken {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const header = readMembers(head);
  const { alg: algorithm, crit: extensions } = header;
  if (extensions !== undefined) throw createExtensionError(extensions);
  if (typeof algorithm !== 'string' || algorithm === '') throw createFormError();
  const signedText = token.slice(0, head.length + 1 + claims.length);
  return { header, algorithm, signedText, signature: decode(signature), claims };
}

/** Reads the JSON object that one part of a token is. @throws UnauthenticatedError */
export function readMembers(part: string): Members {
  const bytes = decode(part);
  if (!isUtf8(bytes)) throw createFormError();
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    throw createFormError();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw createFormError();
  return value as Members;
}

function decode(part: string): Buffer {
  // No bytes have a text of this length.
  if (part.length % 4 === 1) throw createFormError();
  return Buffer.from(part, 'base64url');
}

/** None is understood here, so RFC 7515 section 4.1.11 has the token refused; not even an unencoded payload, which JWTs may not have. */
function createExtensionError(extensions: unknown): UnauthenticatedError {
  const isForeign = (name: unknown): boolean => typeof name === 'string' && name !== 'b64';
  return Array.isArray(extensions) && extensions.some(isForeign)
    ? new UnauthenticatedError('The token needs an extension that is not supported here.')
    : createFormError();
}

function createFormError(): UnauthenticatedError {
  return new UnauthenticatedError('The token is not a well-formed JWT.');
}
