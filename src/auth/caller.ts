/** The caller, as identified by the token. */
export interface Caller {
  readonly userId: string;
  readonly roles: readonly string[];
  /** The e-mail address, if the issuer verified it. */
  readonly email: string | null;
  /** All claims of the verified token. */
  readonly claims: Readonly<Record<string, unknown>>;
}
