import Stripe from 'stripe';
import { Agent, errors } from 'undici';

/** A list page of expanded configurations is the largest answer asked for, well below this. */
const maxAnswerBytes = 8 * 1024 * 1024;

type MakeRequest = InstanceType<typeof Stripe.HttpClient>['makeRequest'];

/**
 * The SDK's HTTP over undici, with a `timeout` that bounds the whole exchange. The SDK's own client counts
 * idle time of the socket, so an answer that trickles in outlives it.
 */
export class StripeHttpClient extends Stripe.HttpClient {
  private readonly agent = new Agent({ connections: 128, maxResponseSize: maxAnswerBytes });

  override getClientName(): string {
    return 'undici';
  }

  override async makeRequest(...request: Parameters<MakeRequest>): Promise<StripeHttpResponse> {
    const [host, port, path, method, headers, body, protocol, timeout] = request;
    const signal = AbortSignal.timeout(timeout);
    try {
      const {
        statusCode,
        headers: answerHeaders,
        body: answer,
      } = await this.agent.request({
        origin: `${protocol}://${host}:${port}`,
        path,
        method,
        headers: toPlainHeaders(headers),
        body: method === 'POST' ? body : null,
        signal,
      });
      return new StripeHttpResponse(statusCode, flatten(answerHeaders), await answer.text());
    } catch (error) {
      throw signal.aborted ? Stripe.HttpClient.makeTimeoutError() : toConnectionError(error);
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

type SdkHeaders = Parameters<MakeRequest>[4];

/** The SDK gives Content-Length as a number. */
function toPlainHeaders(headers: SdkHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]),
  );
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

class StripeHttpResponse extends Stripe.HttpClientResponse {
  constructor(
    private readonly status: number,
    headers: Record<string, string>,
    private readonly body: string,
  ) {
    super(status, headers);
  }

  /** The SDK writes on what this returns, and makes it the answer's `lastResponse`, which has headers. */
  override getRawResponse(): object {
    return { headers: this.getHeaders() };
  }

  override toJSON(): Promise<object> {
    return Promise.resolve(this.body).then((text) => readAnswer(this.status, text));
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
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
