import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/** Refuses subscriptions. graphql-js would notice only during execution, and its error would count as an internal one. */
export function requireServedOperationType(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition: (node) => {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`This service has no ${node.operation}s.`, { nodes: node }));
    },
  };
}
