import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** The schema's own depth is 8; an introspection query needs 14. */
const maxDepth = 16;
const maxAliases = 20;
/** A list repeats an alias for each of its items, and errors repeat it in their paths. */
const maxAliasLength = 100;
const maxDirectives = 20;
/** One mutation per request: each opens a session or changes something. */
const maxRootFields = { mutation: 1, query: 10, subscription: 1 } as const;

/** A validation rule: an operation beyond these limits, which no client needs, does not run at all. */
export function limitOperations(context: ValidationContext): ASTVisitor {
  const measure = createMeasure(context);
  const count = { aliases: 0, directives: 0 };
  const refuseOver = (subject: string, value: number, limit: number): void => {
    if (value > limit)
      context.reportError(new GraphQLError(`The operation has too many ${subject}: at most ${limit}.`));
  };
  return {
    Field: ({ alias, name }) => {
      if (alias === undefined) return;
      count.aliases += 1;
      refuseOver('characters in an alias', alias.value.length, maxAliasLength);
      // Aliases on several levels would multiply the schema to tens of megabytes. Tools look for single types by aliases.
      if (name.value === '__schema' || context.getParentType()?.name.startsWith('__'))
        context.reportError(new GraphQLError('Introspection cannot have aliases, except of __type.'));
    },
    Directive: () => {
      count.directives += 1;
    },
    OperationDefinition: (node) => {
      const { operation } = node;
      // graphql-js would notice only during execution, and its error would count as an internal one.
      if (!context.getSchema().getRootType(operation))
        context.reportError(new GraphQLError(`This service has no ${operation}s.`, { nodes: node }));
      const { depth, fields } = measure(node.selectionSet);
      refuseOver('levels', depth, maxDepth);
      const subject = operation === OperationTypeNode.MUTATION ? 'mutations' : 'root fields';
      refuseOver(subject, fields, maxRootFields[operation]);
    },
    Document: {
      leave: () => {
        refuseOver('aliases', count.aliases, maxAliases);
        refuseOver('directives', count.directives, maxDirectives);
      },
    },
  };
}

interface Size {
  readonly depth: number;
  /** The number of top-level fields, including those of fragments, without `__typename`. */
  readonly fields: number;
}

/** Measures selections through their fragments. Each fragment is measured once, so nested spreads cost linear time. */
function createMeasure(context: ValidationContext): (selections: SelectionSetNode) => Size {
  const known = new Map<string, Size>();

  const measureFragment = (name: string): Size => {
    const size = known.get(name);
    if (size !== undefined) return size;
    // A fragment that spreads itself counts as empty: graphql-js has its own rule against such cycles.
    known.set(name, { depth: 0, fields: 0 });
    const measured = measure(context.getFragment(name)?.selectionSet);
    known.set(name, measured);
    return measured;
  };

  const measureSelection = (selection: SelectionSetNode['selections'][number]): Size => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    const inner = measure(selection.selectionSet);
    if (selection.kind !== Kind.FIELD) return inner;
    // Code generators add `__typename` to every selection, that of a mutation too. It runs nothing.
    const isTypename = selection.name.value === '__typename' && selection.alias === undefined;
    return { depth: inner.depth + 1, fields: isTypename ? 0 : 1 };
  };

  const measure = (selectionSet: SelectionSetNode | undefined): Size => {
    const sizes = selectionSet?.selections.map(measureSelection) ?? [];
    return {
      depth: Math.max(0, ...sizes.map(({ depth }) => depth)),
      fields: sizes.reduce((sum, { fields }) => sum + fields, 0),
    };
  };

  return measure;
}
