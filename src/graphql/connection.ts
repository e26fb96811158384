import { ArgsType, Field, Int } from 'type-graphql';
import { BadUserInputError } from '../shared/errors.ts';
import type { Page, PageRequest } from '../shared/page.ts';
import { type ObjectClass, OptionalField, createObjectType, field, nullable } from './types.ts';

/** Forward pagination by Relay's specification: https://relay.dev/graphql/connections.htm */

export const cursorFault = '`after` is not a cursor of this list.';

const maxPageSize = 100;

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    defaultValue: 20,
    description: `The number of items to return, from 1 to ${maxPageSize}.`,
  })
  readonly first!: number;

  @OptionalField(
    String,
    'Returns the items after this cursor: pass `endCursor` of the previous page, or nothing for the first page.',
  )
  readonly after?: string | null;
}

export function readPageRequest({ first, after }: PageArgs): PageRequest {
  if (first < 1 || first > maxPageSize)
    throw new BadUserInputError(`\`first\` must be between 1 and ${maxPageSize}.`);
  return { first, after: typeof after === 'string' ? decodeCursor(after) : undefined };
}

type PageInfo = InstanceType<typeof PageInfo>;
const PageInfo = createObjectType('PageInfo', 'The position of a page in its list.', {
  hasNextPage: field(Boolean, 'Whether another page follows.'),
  hasPreviousPage: field(Boolean, 'Whether another page precedes.'),
  startCursor: nullable(String, 'The cursor of the first edge; null on an empty page.'),
  endCursor: nullable(String, 'The cursor for the next page; null when the list is empty.'),
});

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
}

/** Declares the types `NAMEConnection` and `NAMEEdge` of a node type. */
export function createConnectionType<T extends object>(
  name: string,
  nodeType: ObjectClass<T>,
): ObjectClass<Connection<T>> {
  const edge = createObjectType(`${name}Edge`, 'One item of a page.', {
    cursor: field(String, "The item's cursor, for `after`."),
    node: field(nodeType, 'The item.'),
  });
  return createObjectType(`${name}Connection`, 'A page of a list.', {
    edges: field([edge], 'The items of the page, in order.'),
    pageInfo: field(PageInfo, "The page's position in its list."),
  });
}

/** @param key names the sort key of an item, from which the next page continues */
export function toConnection<Key extends string, Item extends Readonly<Record<Key, string>>, T>(
  { items, hasNextPage, end = items.at(-1) }: Page<Item>,
  { after }: PageRequest,
  key: Key,
  toNode: (item: Item) => T,
): Connection<T> {
  const edges = items.map((item) => ({ cursor: encodeCursor(item[key]), node: toNode(item) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: end === undefined ? null : encodeCursor(end[key]),
    },
  };
}

function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!/^[^\u0000-\u001f\u007f]{1,255}$/u.test(key) || encodeCursor(key) !== cursor)
    throw new BadUserInputError(cursorFault);
  return key;
}
