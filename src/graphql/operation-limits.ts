import {
  type ASTVisitor,
  type FragmentDefinitionNode,
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
  const measure = createMeasure((name) => context.getFragment(name) ?? null);
  const count = { aliases: 0, directives: 0 };
  return {
    Field: ({ alias }) => {
      if (alias === undefined) return;
      count.aliases += 1;
      refuseOver(context, 'characters in an alias', alias.value.length, maxAliasLength);
    },
    Directive: () => {
      count.directives += 1;
    },
    OperationDefinition: ({ operation, selectionSet }) => {
      const { depth, fields } = measure(selectionSet);
      refuseOver(context, 'levels', depth, maxDepth);
      const subject = operation === OperationTypeNode.MUTATION ? 'mutations' : 'root fields';
      refuseOver(context, subject, fields, maxRootFields[operation]);
    },
    Document: {
      leave: () => {
        refuseOver(context, 'aliases', count.aliases, maxAliases);
        refuseOver(context, 'directives', count.directives, maxDirectives);
      },
    },
  };
}

function refuseOver(context: ValidationContext, subject: string, count: number, limit: number): void {
  if (count > limit)
    context.reportError(new GraphQLError(`The operation has too many ${subject}: at most ${limit}.`));
}

interface Size {
  readonly depth: number;
  /** The number of top-level fields, including those of fragments. */
  readonly fields: number;
}

/** Measures selections through their fragments. Each fragment is measured once, so nested spreads cost linear time. */
function createMeasure(findFragment: (name: string) => FragmentDefinitionNode | null) {
  const known = new Map<string, Size>();

  const measureFragment = (name: string): Size => {
    const size = known.get(name);
    if (size !== undefined) return size;
    // A fragment that spreads itself counts as empty: graphql-js has its own rule against such cycles.
    known.set(name, { depth: 0, fields: 0 });
    const fragment = findFragment(name);
    const measured = fragment === null ? { depth: 0, fields: 0 } : measure(fragment.selectionSet);
    known.set(name, measured);
    return measured;
  };

  const measure = ({ selections }: SelectionSetNode): Size => {
    let depth = 0;
    let fields = 0;
    for (const selection of selections) {
      const size = measureSelection(selection);
      depth = Math.max(depth, size.depth);
      fields += size.fields;
    }
    return { depth, fields };
  };

  const measureSelection = (selection: SelectionSetNode['selections'][number]): Size => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return measure(selection.selectionSet);
    const inner = selection.selectionSet === undefined ? 0 : measure(selection.selectionSet).depth;
    return { depth: inner + 1, fields: 1 };
  };

  return measure;
}

/** Refuses subscriptions. graphql-js would notice only during execution, and its error would count as an internal one. */
export function requireServedOperationType(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition: (node) => {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`This service has no ${node.operation}s.`, { nodes: node }));
    },
  };
}
