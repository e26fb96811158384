/** Answers hold session URLs, which are credentials: no cache keeps them, and no referrer tells of them. */
export function createAnswerHeaders(requestId: string): Readonly<Record<string, string>> {
  return {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}
