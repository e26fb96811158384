import { Pool } from 'undici';

/** One request, and whom it is about. */
export interface LoadRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly customer: string;
}

/** A place that answers. */
export interface Asked {
  readonly port: number;
  readonly path: string;
  /** Requests of different users, taken in turn. */
  readonly requests: readonly LoadRequest[];
  /** Whether an answer is what this customer is to get. */
  readonly isRight: (answer: string, customer: string) => boolean;
}

export interface LoadResult {
  readonly answered: number;
  readonly errors: number;
  /** The first answer that was wrong. */
  readonly firstError: string | null;
  readonly seconds: number;
  /** Milliseconds from sending a request until its answer was whole. */
  readonly latencies: readonly number[];
}

/** Sends requests over connections that are kept open, and checks every answer: its status, and that it is right for the customer. */
export class Load {
  private readonly pool: Pool;
  private readonly asked: Asked;
  private next = 0;
  private answered = 0;
  private errors = 0;
  private firstError: string | null = null;
  private latencies: number[] = [];

  constructor(asked: Asked, connections: number) {
    this.asked = asked;
    this.pool = new Pool(`http://127.0.0.1:${asked.port}`, { connections, pipelining: 1 });
  }

  /** Keeps this many requests in flight, each followed by the next as soon as it is answered. */
  async keepInFlight(count: number, seconds: number): Promise<LoadResult> {
    const end = performance.now() + seconds * 1000;
    const keepAsking = async (): Promise<void> => {
      while (performance.now() < end) await this.ask();
    };
    return this.measure(() => Promise.all(Array.from({ length: count }, keepAsking)));
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async measure(work: () => Promise<unknown>): Promise<LoadResult> {
    Object.assign(this, { answered: 0, errors: 0, firstError: null, latencies: [] });
    const start = performance.now();
    await work();
    const seconds = (performance.now() - start) / 1000;
    const { answered, errors, firstError, latencies } = this;
    return { answered, errors, firstError, seconds, latencies };
  }

  private ask(): Promise<void> {
    const { requests, path } = this.asked;
    const request = requests[(this.next = (this.next + 1) % requests.length)];
    if (request === undefined) throw new Error('There are no requests to send.');
    const { headers, body, customer } = request;
    const sentAt = performance.now();
    return new Promise((resolve) => {
      let status = 0;
      let text = '';
      this.pool.dispatch(
        { method: 'POST', path, headers, body },
        {
          onRequestStart: () => undefined,
          onResponseStart: (_controller, statusCode) => {
            status = statusCode;
          },
          onResponseData: (_controller, chunk) => {
            text += chunk.toString('utf8');
          },
          onResponseEnd: () => {
            this.latencies.push(performance.now() - sentAt);
            this.check(status, text, customer);
            resolve();
          },
          onResponseError: (_controller, error) => {
            this.note(error.message);
            resolve();
          },
        },
      );
    });
  }

  private check(status: number, text: string, customer: string): void {
    if (status === 200 && this.isRight(text, customer)) this.answered += 1;
    else this.note(`${status} ${text.slice(0, 300)}, and not what ${customer} is to get`);
  }

  private isRight(text: string, customer: string): boolean {
    try {
      return this.asked.isRight(text, customer);
    } catch {
      return false;
    }
  }

  private note(error: string): void {
    this.errors += 1;
    this.firstError ??= error;
  }
}
