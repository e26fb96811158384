// As much of HTTP as the stub needs, over bare sockets: Node's own server would take more of the core than all else the stub
// does. Whoever asks here keeps connections open, gives the body's length and waits for an answer before it asks again.
import { type Socket, createServer } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface HttpOptions {
  readonly port: number;
  /** Milliseconds to wait before each answer. */
  readonly delayMs: number;
  readonly answer: (method: string, url: string, body: string) => Answer;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

export function serveHttp({ port, delayMs, answer }: HttpOptions): void {
  const server = createServer({ noDelay: true }, (socket) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      text += chunk;
      const request = readRequest(text);
      if (request === null) return;
      text = '';
      const { method, url, body } = request;
      if (delayMs === 0) send(socket, answer(method, url, body));
      else setTimeout(() => send(socket, answer(method, url, body)), delayMs);
    });
  });
  server.listen(port, '127.0.0.1', 4_096);
}

/** Null until the whole of it is there. */
function readRequest(text: string): Request | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = text.slice(0, end);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const body = text.slice(end + 4);
  if (body.length < length) return null;
  const [method = '', url = ''] = head.slice(0, head.indexOf('\r\n')).split(' ');
  return { method, url, body };
}

let answers = 0;

function send(socket: Socket, { status, body }: Answer): void {
  answers += 1;
  socket.write(
    `HTTP/1.1 ${status} Answer\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `request-id: req_${answers}\r\nconnection: keep-alive\r\n\r\n${body}`,
  );
}
