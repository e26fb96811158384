import Stripe from 'stripe';
import { Agent, errors } from 'undici';
import type { Report, Telemetry } from '../telemetry/telemetry.ts';
import { TurnEnd } from '../turn-end.ts';
import { nameEndpoint } from './endpoint.ts';
import { ExchangeTimeoutError, type ExchangedAnswer, exchange } from './exchange.ts';
import type { RequestPace } from './request-pace.ts';

/** A list page of expanded configurations is the largest answer asked for, well below this. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** Opened as they are needed. With a Stripe that takes 300 ms, they carry more sessions a second than a core can open. */
const maxConnections = 512;

type MakeRequest = InstanceType<typeof Stripe.HttpClient>['makeRequest'];

/**
 * The SDK's HTTP over undici, with a `timeout` that bounds the whole exchange. The SDK's own client counts
 * idle time of the socket, so an answer that trickles in outlives it.
 */
export class StripeHttpClient extends Stripe.HttpClient {
  private readonly agent = new Agent({
    connections: maxConnections,
    maxResponseSize: maxAnswerBytes,
    // Each exchange has one time for all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  private readonly turnEnd = new TurnEnd();

  /** @param pace null lets every request go at once */
  constructor(
    private readonly pace: RequestPace | null,
    private readonly telemetry: Telemetry,
  ) {
    super();
  }

  override getClientName(): string {
    return 'undici';
  }

  /** @throws what the SDK takes for a failed connection, and StripeRateLimitedError when too many wait */
  override async makeRequest(...request: Parameters<MakeRequest>): Promise<StripeHttpResponse> {
    const [, , path, method, , , , timeout] = request;
    const deadline = performance.now() + timeout;
    const endpoint = nameEndpoint(method, path);
    await this.pace?.takeTurn(endpoint, timeout);
    const answer = await this.telemetry.observe(
      {
        name: endpoint,
        isRemote: true,
        attributes: { 'http.request.method': method, 'url.template': endpoint.slice(method.length + 1) },
        ended: (outcome, seconds) => this.telemetry.metrics.stripeAnswered(endpoint, outcome, seconds),
      },
      (report) => this.send(request, deadline, report),
    );
    await this.turnEnd.wait();
    return answer;
  }

  private async send(
    [host, port, path, method, headers, body, protocol]: Parameters<MakeRequest>,
    deadline: number,
    report: Report,
  ): Promise<StripeHttpResponse> {
    const request = {
      origin: `${protocol}://${host}:${port}`,
      path,
      method,
      // The SDK gives Content-Length as a number, which undici takes as well.
      headers: headers as Record<string, string | string[]>,
      body: method === 'POST' ? body : null,
    };
    try {
      const answer = await exchange(this.agent, request, deadline - performance.now());
      report.outcome = String(answer.status);
      report.failed = answer.status >= 400;
      report.attributes = { 'http.response.status_code': answer.status };
      return new StripeHttpResponse(answer);
    } catch (error) {
      const isLate = error instanceof ExchangeTimeoutError;
      report.outcome = isLate ? 'timeout' : 'no_answer';
      throw isLate ? Stripe.HttpClient.makeTimeoutError() : toConnectionError(error);
    }
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

/**
 * The SDK repeats a request by itself, whatever it was told of retries, when it meets ECONNRESET or EPIPE.
 * Retrying is decided in one place, so no such code reaches it.
 */
function toConnectionError(error: unknown): Error {
  const tooLarge = error instanceof errors.ResponseExceededMaxSizeError;
  return new Error(tooLarge ? 'the answer is too large' : 'the connection failed', { cause: error });
}

function flatten(headers: ExchangedAnswer['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(headers))
    flat[name] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}

class StripeHttpResponse extends Stripe.HttpClientResponse {
  private readonly status: number;
  private readonly body: string;

  constructor({ status, headers, text }: ExchangedAnswer) {
    super(status, flatten(headers));
    this.status = status;
    this.body = text;
  }

  /** The SDK writes on what this returns, and makes it the answer's `lastResponse`, which has headers. */
  override getRawResponse(): object {
    return { headers: this.getHeaders() };
  }

  override toJSON(): Promise<object> {
    return new Promise((resolve) => resolve(readAnswer(this.status, this.body)));
  }
}

/**
 * The SDK takes any JSON for an answer: a failure without an error object would pass for a success, and a
 * bare number would end the process. A failure counts by its status, even where a gateway wrote its body.
 */
function readAnswer(status: number, text: string): object {
  const answer = parseMembers(text);
  if (status < 400) {
    if ('object' in answer) return answer;
    throw new TypeError(`Stripe's answer has no "object"`);
  }
  if (typeof answer['error'] === 'object' && answer['error'] !== null) return answer;
  return { error: { type: 'api_error', message: `Stripe's answer has no "error"` } };
}

/** The members of a JSON object; none when the text is anything else. */
function parseMembers(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
