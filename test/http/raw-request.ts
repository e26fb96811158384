import { connect } from 'node:net';
import type { TestApp } from '../helpers/test-app.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends bytes that a client would correct or refuse, and reads the response until the service closes the connection. */
export async function sendRaw(app: TestApp, request: string | Buffer): Promise<RawAnswer> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // The service may refuse a request and close before it has read all of it. Only the response matters.
  socket.on('error', () => undefined);
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  const [head = '', ...body] = Buffer.concat(chunks).toString().split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]),
    headers: Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    ),
    body: body.join('\r\n\r\n'),
  };
}

type Headers = Readonly<Record<string, string | readonly string[] | null>>;

/** A POST of JSON. `headers` add to the usual ones or replace them; null removes one. */
export function writePost(path: string, body: string | Buffer, headers: Headers = {}): Buffer {
  const content = Buffer.from(body);
  const all: Headers = {
    host: 'localhost',
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(content.length),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => (value === null ? [] : [`${name}: ${value}\r\n`])),
  );
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), content]);
}

export function writeGet(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${lines.join('')}\r\n`;
}
