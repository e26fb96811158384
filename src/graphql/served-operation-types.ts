import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/** graphql-js notices in execution only that a schema has no such operations, where it would pass for a fault of ours. */
export function requireServedOperationType(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition: (node) => {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`There are no ${node.operation}s here.`, { nodes: node }));
    },
  };
}
