import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mongo } from 'mongoose';
import { openDatabase } from '../../src/database/database.ts';
import type { MongoServer } from '../harness/mongo.ts';

/** A place for mappings, empty and ready. */
export interface MappingStore {
  readonly url: string;
  /** Of what is kept, its indexes and its log. */
  measureMegabytes(): Promise<number>;
  remove(): Promise<void>;
}

export function createSqliteStore(folder: string, mappings: number): MappingStore {
  const file = join(folder, `mappings-${mappings}.db`);
  const findParts = (): string[] =>
    readdirSync(dirname(file))
      .filter((name) => name.startsWith(basename(file)))
      .map((name) => join(dirname(file), name));
  return {
    url: `sqlite:${file}`,
    measureMegabytes: () =>
      Promise.resolve(findParts().reduce((sum, part) => sum + statSync(part).size, 0) / 1e6),
    remove: () => {
      for (const part of findParts()) rmSync(part);
      return Promise.resolve();
    },
  };
}

export async function createMongoStore(server: MongoServer, mappings: number): Promise<MappingStore> {
  const url = server.urlOf(`mappings_${mappings}`);
  const client = await mongo.MongoClient.connect(url);
  await client.db().dropDatabase();
  const database = await openDatabase({ url, scope: 'test' });
  await database.close();
  server.indexKeys();
  return {
    url,
    measureMegabytes: async () => {
      const { storageSize, indexSize } = await client.db().stats();
      return (Number(storageSize) + Number(indexSize)) / 1e6;
    },
    remove: async () => {
      await client.db().dropDatabase();
      await client.close();
    },
  };
}
