import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** Ids as identity providers and Stripe give them: in no order, so that every insert lands somewhere else. */
export function nameScattered(index: number): { readonly userId: string; readonly stripeCustomerId: string } {
  const hash = createHash('md5').update(String(index)).digest('hex');
  return { userId: `auth0|${hash.slice(0, 24)}`, stripeCustomerId: `cus_${hash.slice(10, 24)}` };
}

/** A file for `billing-portal link --from`. */
export async function writeLinkFile(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  for (let start = 0; start < count; start += linesPerWrite) {
    const lines = Array.from({ length: Math.min(linesPerWrite, count - start) }, (_, at) => {
      const { userId, stripeCustomerId } = nameScattered(start + at);
      return `${userId},${stripeCustomerId}\n`;
    });
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

const linesPerWrite = 10_000;
