import { readFile } from 'node:fs/promises';
import { buildSchema } from 'graphql';
import { loadTrustedDocuments } from '../../graphql/trusted-documents.ts';
import { type CheckResult, type Deployment, fail, pass } from './check.ts';

/** The relative path is the same from the source and from the built package. */
const schemaFile = new URL('../../../schema.graphql', import.meta.url);

/** Whether the service starts with the manifests of its clients. */
export async function checkTrustedDocuments({ values }: Deployment): Promise<CheckResult> {
  const { TRUSTED_DOCUMENTS: manifests } = values;
  if (!manifests) return [];
  const schema = buildSchema(await readFile(schemaFile, 'utf8'));
  try {
    const { size } = await loadTrustedDocuments(manifests, schema);
    return pass(`operations that are served: ${size}, and no others`);
  } catch (error) {
    return fail(error instanceof Error ? error.message : 'the manifests cannot be read');
  }
}
