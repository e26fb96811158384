import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, type ExecutionResult, type GraphQLSchema, execute } from 'graphql';
import type { RequestContext } from './context.ts';

export interface OperationRequest {
  readonly query: string;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/** Frontends have some ten. */
const maxOperations = 200;
const maxLength = 4_000;
/** Of all of them together: some 20 MB, as parsed. */
const maxTotalLength = 100_000;

/**
 * Operations that Apollo Server has let pass once, by their text: they are well-formed, valid, and within the limits. Sent
 * again, they are run at once: Apollo Server's own way there is a seventh of what a request costs.
 */
export class PreparedOperations {
  private readonly documents = new Map<string, DocumentNode>();
  private totalLength = 0;

  constructor(private readonly schema: GraphQLSchema) {}

  /** Keeps what signed-in users send, so that nobody else can push it out. */
  readonly plugin: ApolloServerPlugin<RequestContext> = {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ source, document, contextValue }) => {
          if (contextValue.caller !== null) this.keep(source, document);
          return Promise.resolve();
        },
      }),
  };

  /** @returns null where Apollo Server has to answer: nothing of the operation was run then */
  async run(request: OperationRequest, context: RequestContext): Promise<ExecutionResult | null> {
    const document = this.documents.get(request.query);
    if (document === undefined) return null;
    const { operationName, variables: variableValues } = request;
    const result = await execute({
      schema: this.schema,
      document,
      operationName,
      variableValues,
      contextValue: context,
    });
    // No data at all, not even null: the variables or the name of the operation are wrong.
    return result.data === undefined ? null : result;
  }

  private keep(query: string, document: DocumentNode): void {
    if (query.length > maxLength || this.documents.has(query)) return;
    this.documents.set(query, document);
    this.totalLength += query.length;
    for (const oldest of this.documents.keys()) {
      if (this.documents.size <= maxOperations && this.totalLength <= maxTotalLength) return;
      this.documents.delete(oldest);
      this.totalLength -= oldest.length;
    }
  }
}
