/** Who is calling, as their token says. */
export interface Caller {
  readonly userId: string;
  readonly roles: readonly string[];
  /** The e-mail address, when the issuer says that it is verified. */
  readonly email: string | null;
  /** Every claim of the token, checked and decoded. */
  readonly claims: Readonly<Record<string, unknown>>;
}
