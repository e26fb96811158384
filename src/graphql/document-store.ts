import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { DocumentNode } from 'graphql';

/** Frontends send a few dozen operations, of 10 to 200 kB each as parsed. */
const maxBytes = 8 * 1024 * 1024;
/** A larger document is parsed each time, so that a few large ones cannot evict all others. */
const maxDocumentBytes = 256 * 1024;
/** What a token and the nodes that refer to it retain: measured at 90 bytes (comments) to 490 (fields). */
const bytesPerToken = 500;

/**
 * Keeps parsed and validated documents for Apollo Server, bounded by the bytes that they retain. Apollo Server's own
 * store weighs a document as JSON, which contains neither the source text nor the comments.
 */
export function createDocumentStore(): InMemoryLRUCache<DocumentNode> {
  return new InMemoryLRUCache<DocumentNode>({
    maxSize: maxBytes,
    maxEntrySize: maxDocumentBytes,
    sizeCalculation: countRetainedBytes,
  });
}

/** Every node refers to its tokens, the tokens to each other, comments included, and all of them to the source text. */
export function countRetainedBytes({ loc }: DocumentNode): number {
  if (loc === undefined) return Infinity;
  let tokens = 0;
  for (let token = loc.startToken.next; token !== null; token = token.next) tokens += 1;
  return 2 * loc.source.body.length + bytesPerToken * tokens;
}
