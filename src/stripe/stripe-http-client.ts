import { EventEmitter } from 'node:events';
import Stripe from 'stripe';
import type { Dispatcher } from 'undici';
import { ReadyBatch } from '../shared/ready-batch.ts';
import type { Report, Telemetry } from '../telemetry/telemetry.ts';
import { type RequestPace, nameEndpoint, nameTurnHolder } from './request-pace.ts';
import { readAnswer } from './stripe-answer.ts';
import { StripeConnectionFailure } from './stripe.errors.ts';

type Request = Parameters<InstanceType<typeof Stripe.HttpClient>['makeRequest']>;

/** Its `timeout` applies to the whole exchange. The SDK's own client may wait forever for an answer that trickles in. */
export class StripeHttpClient extends Stripe.HttpClient {
  private readonly readyBatch = new ReadyBatch();

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly pace: RequestPace | null,
    private readonly telemetry: Telemetry,
  ) {
    super();
  }

  override getClientName(): string {
    return 'undici';
  }

  /** @throws an error that the SDK reports as a connection error, and StripeRateLimitedError when too many requests wait */
  override async makeRequest(...request: Request): Promise<StripeHttpResponse> {
    const [, , path, method, , body, , timeout] = request;
    const deadline = performance.now() + timeout;
    const endpoint = nameEndpoint(method, path);
    await this.pace?.takeTurn(endpoint, nameTurnHolder(path, body), timeout);
    const answer = await this.telemetry.observe(
      {
        name: endpoint,
        isRemote: true,
        attributes: { 'http.request.method': method, 'url.template': endpoint.slice(method.length + 1) },
        ended: (outcome, seconds) =>
          this.telemetry.metrics?.stripeRequests.observe({ endpoint, outcome }, seconds),
      },
      (report) => this.send(request, deadline - performance.now(), report),
    );
    await this.readyBatch.join();
    return answer;
  }

  private async send(request: Request, timeoutMs: number, report: Report): Promise<StripeHttpResponse> {
    report.outcome = 'no_answer';
    // An emitter takes the place of an AbortController, which would take a tenth of a session's time.
    const abort = new EventEmitter();
    const timer = setTimeout(() => {
      report.outcome = 'timeout';
      abort.emit('abort');
    }, timeoutMs);
    // undici observes the emitter only once the request has a connection.
    const late = new Promise<never>((_resolve, reject) => {
      abort.once('abort', () => reject(Stripe.HttpClient.makeTimeoutError()));
    });
    try {
      const response = await Promise.race([this.exchange(request, abort).catch(failToConnect), late]);
      const status = response.getStatusCode();
      report.outcome = String(status);
      report.failed = status >= 400;
      report.attributes = { 'http.response.status_code': status };
      return response;
    } finally {
      clearTimeout(timer);
    }
  }

  private async exchange(
    [host, port, path, method, headers, body, protocol]: Request,
    abort: EventEmitter,
  ): Promise<StripeHttpResponse> {
    const answer = await this.dispatcher.request({
      origin: `${protocol}://${host}:${port}`,
      path,
      method,
      // The SDK sets Content-Length to a number, which undici also accepts.
      headers: headers as Record<string, string | string[]>,
      body: method === 'POST' ? body : null,
      signal: abort,
    });
    return new StripeHttpResponse(answer, await answer.body.text());
  }
}

function failToConnect(cause: unknown): never {
  throw new StripeConnectionFailure(cause);
}

class StripeHttpResponse extends Stripe.HttpClientResponse {
  constructor(
    { statusCode, headers }: Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>,
    private readonly text: string,
  ) {
    const flat = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')] as const);
    super(statusCode, Object.fromEntries(flat));
  }

  /** The SDK extends this object and exposes it as `lastResponse`. */
  override getRawResponse(): object {
    return { headers: this.getHeaders() };
  }

  /** Rejects, as the SDK expects, when a successful response is not JSON. */
  override toJSON(): Promise<object> {
    return Promise.resolve().then(() => readAnswer(this.getStatusCode(), this.text));
  }
}
