import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { BadUserInputError } from '../shared/errors.ts';

/** Forward pagination by Relay's specification: https://relay.dev/graphql/connections.htm */

const maxPageSize = 100;
const defaultPageSize = 20;

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    defaultValue: defaultPageSize,
    description: `The number of items to return, from 1 to ${maxPageSize}.`,
  })
  readonly first!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Returns the items after this cursor: pass `endCursor` of the previous page, or nothing for the first page.',
  })
  readonly after?: string | null;
}

/** The validated arguments of a page. */
export interface PageRequest {
  readonly first: number;
  /** The key of the last item of the previous page. */
  readonly after?: string | undefined;
}

/** @throws BadUserInputError */
export function readPageRequest({ first, after }: PageArgs): PageRequest {
  if (first < 1 || first > maxPageSize)
    throw new BadUserInputError(`\`first\` must be between 1 and ${maxPageSize}.`);
  return { first, after: typeof after === 'string' ? decodeCursor(after) : undefined };
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  /** What the next page continues after, where it is not the last item. */
  readonly end?: T | undefined;
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
}

@ObjectType({ description: 'The position of a page in its list.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether another page follows.' })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether another page precedes.' })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the first edge; null on an empty page.',
  })
  readonly startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor for the next page: that of the last edge; null when the list is empty.',
  })
  readonly endCursor!: string | null;
}

/** Declares the types `NAMEConnection` and `NAMEEdge` of a node type. */
export function createConnectionType<T extends object>(
  name: string,
  nodeType: ClassType<T>,
): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: 'One item of a page.' })
  class Edge {
    @Field(() => String, { description: "The item's cursor, for `after`." })
    readonly cursor!: string;

    @Field(() => nodeType, { description: 'The item.' })
    readonly node!: T;
  }

  @ObjectType(`${name}Connection`, { description: 'A page of a list.' })
  class ConnectionType {
    @Field(() => [Edge], { description: 'The items of the page, in order.' })
    readonly edges!: readonly Edge[];

    @Field(() => PageInfo, { description: "The page's position in its list." })
    readonly pageInfo!: PageInfo;
  }

  return ConnectionType;
}

/** @param toKey returns the sort key of an item, from which the next page continues */
export function toConnection<Item, T>(
  { items, hasNextPage, end = items.at(-1) }: Page<Item>,
  { after }: PageRequest,
  toKey: (item: Item) => string,
  toNode: (item: Item) => T,
): Connection<T> {
  const edges = items.map((item) => ({ cursor: encodeCursor(toKey(item)), node: toNode(item) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: end === undefined ? null : encodeCursor(toKey(end)),
    },
  };
}

function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!/^\P{Cc}{1,255}$/u.test(key) || encodeCursor(key) !== cursor)
    throw new BadUserInputError('`after` is not a cursor of this list.');
  return key;
}
