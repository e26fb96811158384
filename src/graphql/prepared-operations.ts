import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, type ExecutionResult, type GraphQLSchema, execute } from 'graphql';
import type { RequestContext } from './context.ts';

export interface OperationRequest {
  readonly query: string;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
}

/** Frontends have some ten. Together with the length this bounds what they take of memory. */
const maxOperations = 200;
const maxLength = 4_000;

/**
 * Operations that Apollo Server has let pass once, by their text: they are well-formed, valid, and within the limits. Sent
 * again, they are run at once. Apollo Server's own way there takes as long as all else that is done for a request of GraphQL.
 */
export class PreparedOperations {
  private readonly documents = new Map<string, DocumentNode>();

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
    const [oldest] = this.documents.keys();
    if (this.documents.size >= maxOperations && oldest !== undefined) this.documents.delete(oldest);
    this.documents.set(query, document);
  }
}
