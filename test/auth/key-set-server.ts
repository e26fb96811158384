import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeyObject } from 'node:crypto';

/** An issuer's JWKS endpoint on the loopback, which counts what it is asked. */
export interface KeySetServer {
  readonly url: URL;
  readonly requestCount: () => number;
  /** Answers every further request by this. */
  readonly answerBy: (listener: RequestListener) => void;
  readonly answerWith: (...keys: object[]) => void;
  readonly close: () => Promise<void>;
}

export async function startKeySetServer(...keys: object[]): Promise<KeySetServer> {
  let requests = 0;
  let answer = createAnswer(keys);
  const server = createServer((request, response) => {
    requests += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/jwks.json`),
    requestCount: () => requests,
    answerBy: (listener) => (answer = listener),
    answerWith: (...newKeys) => (answer = createAnswer(newKeys)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function createAnswer(keys: readonly object[]): RequestListener {
  return (_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
}

/** A key as a key set holds it. */
export function toJwk(key: KeyObject, members: object = {}): object {
  return { ...key.export({ format: 'jwk' }), ...members };
}
