/** Why a link opens nothing, as far as the link itself goes. */
type LinkRefusal = 'unknown' | 'expired' | 'used' | 'left';

/** A link is not opened. This is for a person with a browser, who gets a page, and not for clients of the API. */
export class LinkRefusedError extends Error {
  override readonly name = 'LinkRefusedError';

  /** @param refusal `left` when the person went away meanwhile, and can use the link later */
  constructor(readonly refusal: LinkRefusal) {
    super(`The link was refused: ${refusal}`);
  }
}
