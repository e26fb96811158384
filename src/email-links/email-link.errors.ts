/** Why a link is refused, for reasons of the link itself. */
type LinkRefusal = 'unknown' | 'expired' | 'used' | 'left';

/** A link is refused. A person in a browser sees a page for it; API clients never get this error. */
export class EmailLinkRefusedError extends Error {
  override readonly name = 'EmailLinkRefusedError';

  /** @param refusal `left` when the browser disconnected: the link can be used later */
  constructor(readonly refusal: LinkRefusal) {
    super(`The link was refused: ${refusal}`);
  }
}
