import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { OpenRequests } from './open-requests.ts';
import { describeRefusal } from './error-response.ts';
import { createAnswerHeaders } from './headers.ts';

/** HTTP statuses by the error code of Node's parser; every other code is a 400. */
const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** How long a client that is still sending may take to read the response. An immediate close would discard it. */
const lingerMs = 1_000;

/**
 * Answers malformed or oversized HTTP with our JSON error. Behind pending requests on the same connection there is no
 * answer: the client would take it for the response to the first of them.
 */
export function answerClientError(
  { code = '' }: NodeJS.ErrnoException,
  socket: Socket,
  open: OpenRequests,
): void {
  if (code === 'ECONNRESET' || !socket.writable || open.closeWhenAnswered(socket)) return;
  const status = statuses[code] ?? 400;
  const body = JSON.stringify(describeRefusal(status));
  const headers = {
    ...createAnswerHeaders(randomUUID()),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
