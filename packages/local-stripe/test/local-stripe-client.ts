import Stripe from 'stripe';
import { type LocalStripe, type LocalStripeOptions, createLocalStripe } from '../src/local-stripe.ts';
import { closeAfterTests } from '../../../test/helpers/closing.ts';

/** An HTTP answer. */
export interface WireAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface LocalStripeClient {
  readonly localStripe: LocalStripe;
  readonly stripe: Stripe;
  /** Every answer that the SDK received, in order. */
  readonly answers: readonly WireAnswer[];
  /** Sends a request without the SDK, for requests that the SDK cannot send. */
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<WireAnswer>;
  /** Calls a control of the local Stripe. */
  readonly control: (
    method: string,
    path: string,
    form?: Readonly<Record<string, string>>,
  ) => Promise<WireAnswer>;
}

export interface CallOptions {
  readonly form?: string | Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts a local Stripe and an SDK that uses it. The local Stripe stops after the last test. */
export async function startLocalStripe(options: LocalStripeOptions = {}): Promise<LocalStripeClient> {
  const localStripe = createLocalStripe(options);
  await localStripe.start();
  closeAfterTests(() => localStripe.stop());
  const answers: WireAnswer[] = [];
  const call: LocalStripeClient['call'] = async (method, path, { form, headers } = {}) => {
    const response = await fetch(`${localStripe.url}${path}`, {
      method,
      headers: { authorization: 'Bearer sk_test_123', ...headers },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    return readAnswer(method, path, response);
  };
  return {
    localStripe,
    answers,
    call,
    control: (method, path, form) => call(method, `/_control/${path}`, form ? { form } : {}),
    stripe: createSdk(localStripe.url, answers),
  };
}

function createSdk(localStripeUrl: string, answers: WireAnswer[]): Stripe {
  const { hostname, port } = new URL(localStripeUrl);
  const recordingFetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    answers.push(await readAnswer(init?.method ?? 'GET', url.pathname, response.clone()));
    return response;
  };
  return new Stripe('sk_test_123', {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(recordingFetch),
  });
}

async function readAnswer(method: string, path: string, response: Response): Promise<WireAnswer> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    method,
    path,
    status: response.status,
    headers: response.headers,
    body: json ? JSON.parse(text) : text,
  };
}

/** Returns the Stripe error that a call fails with. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const outcome = await call.then(
    (value) => new Error(`expected a refusal, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof Stripe.errors.StripeError) return outcome;
  throw outcome;
}
