import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What became of one request: answered as a whole; not taken, since nobody listened or the system held it back; cut. */
export type Fate = 'answered' | 'refused' | 'reset before a byte came' | `cut: ${string}`;

export interface Call {
  readonly url: string;
  readonly body: string;
  readonly token: string;
  /** Whether the whole answer is right. */
  readonly isRight: (answer: string) => boolean;
}

export interface Outcome {
  readonly requestId: string;
  readonly fate: Fate;
}

/** Sends one request by a client that repeats nothing by itself. */
export async function ask(call: Call, agent: Agent): Promise<Outcome> {
  const requestId = randomUUID();
  return { requestId, fate: await send(call, agent, requestId) };
}

function send({ url, body, token, isRight }: Call, agent: Agent, requestId: string): Promise<Fate> {
  const authorization = `Bearer ${token}`;
  const headers = { 'content-type': 'application/json', 'x-request-id': requestId, authorization };
  return new Promise((resolve) => {
    const sent = request(url, { agent, method: 'POST', headers });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const { code = error.message } = error;
      if (code === 'ECONNREFUSED') resolve('refused');
      else if (sent.reusedSocket) resolve(`cut: ${code} on a connection that was kept`);
      else resolve(code === 'ECONNRESET' ? 'reset before a byte came' : `cut: ${code}`);
    });
    sent.on('response', (response) => {
      text(response).then(
        (answer) => resolve(isRight(answer) ? 'answered' : `cut: ${response.statusCode} ${answer}`),
        (error: unknown) => resolve(`cut: ${String(error)}`),
      );
    });
    sent.end(body);
  });
}

/** Asks one after the other, over one connection or over one each, until nobody listens any more. */
export async function askUntilRefused(call: Call, keepAlive: boolean): Promise<Outcome[]> {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  const outcomes: Outcome[] = [];
  while (outcomes.at(-1)?.fate !== 'refused') outcomes.push(await ask(call, agent));
  agent.destroy();
  return outcomes;
}
