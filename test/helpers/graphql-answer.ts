/** One error as a client sees it. */
export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly retryAfter?: number;
    readonly reason?: string;
    readonly signUpUrl?: string;
  };
}

/** What `/graphql` answered. Both expectations print the query and the body when they fail. */
export interface GraphqlAnswer<Data> {
  readonly status: number;
  readonly headers: Headers;
  /** The answer's text, for looking at what must not be in it. */
  readonly text: string;
  /** The data of an answer without errors. */
  expectData(): Data;
  /** The only error of an answer, which has this code. */
  expectError(code: string): AnsweredError;
}

export async function readGraphqlAnswer<Data>(
  response: Response,
  query: string,
): Promise<GraphqlAnswer<Data>> {
  const { status, headers } = response;
  const text = await response.text();
  const fail = (expectation: string): never => {
    throw new Error(`${expectation}\nquery: ${query}\nanswer: ${status} ${text}`);
  };
  const { data, errors = [] } = JSON.parse(text) as { data?: Data | null; errors?: AnsweredError[] };
  return {
    status,
    headers,
    text,
    expectData: () => (errors.length > 0 || !data ? fail('expected data and no errors') : data),
    expectError: (code) => {
      const [error] = errors;
      if (errors.length !== 1 || error?.extensions.code !== code) return fail(`expected one error ${code}`);
      return error;
    },
  };
}
