import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { closeAfterTests } from './closing.ts';

export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How one request is answered: well, badly or not at all. */
export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** A server in Stripe's place whose answers a test writes, for what no real part does on demand. */
export interface FaultyStripe {
  readonly url: string;
  /** What was asked since the answers were last set. */
  readonly requests: readonly ReceivedRequest[];
  /** Answers the coming requests one by one; the last answer stays. */
  answerBy(...answers: readonly [Answer, ...Answer[]]): void;
}

export async function startFaultyStripe(): Promise<FaultyStripe> {
  const requests: ReceivedRequest[] = [];
  let answers: readonly Answer[] = [hang];
  const server = createServer(async (message, response) => {
    const request = await receive(message);
    requests.push(request);
    const answer = answers[Math.min(requests.length, answers.length) - 1] ?? hang;
    answer(response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answerBy: (...next) => {
      answers = next;
      requests.length = 0;
    },
  };
}

async function receive(message: IncomingMessage): Promise<ReceivedRequest> {
  const { method = '', url: path = '', headers } = message;
  return { method, path, headers, body: await text(message) };
}

export function sendText(status: number, body: string, headers: OutgoingHttpHeaders = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'request-id': 'req_1', ...headers }).end(body);
  };
}

export function sendJson(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer {
  return sendText(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

/** A refusal in the form that Stripe gives it. */
export function sendError(
  status: number,
  error: { readonly message: string; readonly [member: string]: string },
  headers: OutgoingHttpHeaders = {},
): Answer {
  const type = status >= 500 ? 'api_error' : 'invalid_request_error';
  return sendJson(status, { error: { type, ...error } }, headers);
}

export const hang: Answer = () => undefined;

export const resetConnection: Answer = (response) => void response.socket?.resetAndDestroy();

/** Sends a byte now and then, so that the connection is never idle for long. */
export function trickle(value: unknown, msPerByte: number): Answer {
  return (response) => {
    const bytes = JSON.stringify(value);
    let sent = 0;
    const timer = setInterval(() => {
      response.write(bytes.charAt(sent));
      sent += 1;
      if (sent < bytes.length) return;
      clearInterval(timer);
      response.end();
    }, msPerByte);
    response.writeHead(200, { 'content-type': 'application/json' }).on('close', () => clearInterval(timer));
  };
}

/** Promises the whole answer, and hangs up after half of it. */
export function sendHalf(value: unknown): Answer {
  return (response) => {
    const bytes = JSON.stringify(value);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.write(bytes.slice(0, bytes.length / 2), () => response.destroy());
  };
}

/** Sends an endless row of spaces, as long as somebody reads them and at most so many bytes. */
export function sendSpaces(bytes: number): Answer {
  return (response) => {
    const chunk = ' '.repeat(64 * 1024);
    let sent = 0;
    const send = (): void => {
      while (sent < bytes) {
        sent += chunk.length;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.writeHead(200, { 'content-type': 'application/json' }).on('drain', send);
    send();
  };
}
