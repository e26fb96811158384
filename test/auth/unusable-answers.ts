import { gzipSync } from 'node:zlib';
import type { KeySetServer } from './key-set-server.ts';

/** Why an answer is of no use, what is said of it, and how it is sent. */
export type UnusableAnswer = [
  name: string,
  failure: string,
  listener: Parameters<KeySetServer['answerBy']>[0],
];

/** Answers of an endpoint for keys that are none, though most have a good key set in them. */
export function createUnusableAnswers(goodKeySet: { readonly keys: readonly object[] }): UnusableAnswer[] {
  const keySet = JSON.stringify(goodKeySet);
  return [
    ['a status of 500', 'answered with status 500', (_, response) => response.writeHead(500).end(keySet)],
    ['a status of 204', 'answered with status 204', (_, response) => response.writeHead(204).end()],
    [
      'a redirect',
      'answered with status 302',
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(keySet),
    ],
    ['no JSON', 'did not answer with a JSON Web Key Set', (_, response) => response.end('<html>')],
    [
      'half of it',
      'did not answer with a JSON Web Key Set',
      (_, response) => response.end(keySet.slice(0, 99)),
    ],
    [
      'a single key',
      'did not answer with a JSON Web Key Set',
      (_, response) => response.end(JSON.stringify(goodKeySet.keys[0])),
    ],
    ['null', 'did not answer with a JSON Web Key Set', (_, response) => response.end('null')],
    [
      'keys that are no objects',
      'did not answer with a JSON Web Key Set',
      (_, response) => response.end('{"keys":[1]}'),
    ],
    ['no keys', 'answered with no keys', (_, response) => response.end('{"keys":[]}')],
    [
      'too much',
      'answered with more than 262144 bytes',
      (_, response) => response.end(keySet + ' '.repeat(262_144)),
    ],
    [
      'too much once it is decompressed',
      'answered with more than 262144 bytes',
      (_, response) =>
        response.setHeader('content-encoding', 'gzip').end(gzipSync(keySet + ' '.repeat(20_000_000))),
    ],
    [
      'a compressed half of it',
      'is unreachable: Z_BUF_ERROR',
      (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(keySet).subarray(0, 99)),
    ],
    ['a reset', 'is unreachable', (_, response) => response.destroy()],
    [
      'a reset halfway',
      'is unreachable',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write(keySet.slice(0, 99), () => response.destroy());
      },
    ],
  ];
}
