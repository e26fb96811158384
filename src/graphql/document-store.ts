import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { DocumentNode } from 'graphql';

/** A token and the nodes that refer to it retain 90 bytes (comments) to 490 bytes (fields), as measured. */
const bytesPerToken = 500;

/** Apollo Server's own cache estimates a document by its JSON, which has neither the source text nor the comments. */
export function createDocumentStore(): InMemoryLRUCache<DocumentNode> {
  return new InMemoryLRUCache<DocumentNode>({
    // Frontends send a few dozen operations, each 10 to 200 kB when parsed.
    maxSize: 8 * 1024 * 1024,
    // Larger documents are not cached, so that a few of them cannot evict all others.
    maxEntrySize: 256 * 1024,
    sizeCalculation: countRetainedBytes,
  });
}

/** A document retains all its tokens, including comments, and the source text. */
export function countRetainedBytes({ loc }: DocumentNode): number {
  if (loc === undefined) return Infinity;
  let tokens = 0;
  for (let token = loc.startToken.next; token !== null; token = token.next) tokens += 1;
  return 2 * loc.source.body.length + bytesPerToken * tokens;
}
