import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { OpenRequests } from './open-requests.ts';
import { describeRefusal } from './error-response.ts';
import { createAnswerHeaders } from './answer-headers.ts';

/** By the code of Node's parser; the rest is a 400. */
const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** How long a client may take to read an answer while it still sends. Cut off at once, it would never see it. */
const lingerMs = 1_000;

/**
 * Answers what is no HTTP, or too much of it, in the form of every other refusal. No request comes of it. Behind requests
 * that are not answered yet it goes without one: the client would take it for the answer to the first of them.
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
