import { errors } from 'undici/index.js';

/** Explains Node's and undici's codes to an operator. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'DNS does not know its host name',
  EAI_AGAIN: 'DNS does not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'no route leads to it',
  ENETUNREACH: 'no route leads to it',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the answer is too large',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  UND_ERR_PRX_TLS: "the proxy's certificate is for another host",
};

/** OpenSSL's codes for a certificate chain that cannot be verified. */
const untrustedCertificate = /^(CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_|INVALID_CA)/;

/**
 * A request to Stripe got no response. The message contains no host or address. The error has no `code`, because the SDK
 * itself would retry ECONNRESET and EPIPE; only StripeClient decides about retries.
 */
export class StripeConnectionFailure extends Error {
  override readonly name = 'StripeConnectionFailure';

  /** For example, `the connection was refused (ECONNREFUSED)`. */
  readonly reason: string;

  constructor(cause: unknown) {
    const reason = describe(cause);
    super(`Stripe is unreachable: ${reason}`, { cause });
    this.reason = reason;
  }
}

function describe(error: unknown): string {
  if (error instanceof errors.RequestAbortedError) {
    // undici has no error code for a proxy that refuses the tunnel.
    const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1];
    if (status !== undefined) return `the proxy (HTTPS_PROXY) answered with status ${status}`;
  }
  const code = findCode(error);
  const reason =
    reasons[code] ??
    (untrustedCertificate.test(code)
      ? 'its certificate is not trusted; where a proxy inspects TLS, set NODE_EXTRA_CA_CERTS'
      : 'the connection failed');
  return code === '' ? reason : `${reason} (${code})`;
}

function findCode(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
