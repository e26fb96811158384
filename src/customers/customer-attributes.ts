import { z } from 'zod';
import { BadUserInputError } from '../shared/errors.ts';
import type { CustomerMapping } from './customer-directory.ts';

export interface Attribute {
  readonly name: string;
  readonly value: string;
}

const attributesSchema = z
  .array(
    z.object({
      name: z
        .string()
        .regex(
          /^[\w.-]{1,64}$/,
          "an attribute's name has 1 to 64 letters, digits, dots, dashes and underscores",
        ),
      value: z
        .string()
        .max(500, "an attribute's value has at most 500 characters")
        .regex(
          /^[^\p{Cc}\p{Cs}]*$/u,
          "an attribute's value has no control characters and is well-formed Unicode",
        ),
    }),
  )
  .max(50, 'at most 50 attributes are kept')
  .refine(
    (attributes) => new Set(attributes.map(({ name }) => name)).size === attributes.length,
    'no two attributes have the same name',
  );

/** @throws BadUserInputError */
export function readAttributes(attributes: readonly Attribute[]): CustomerMapping['attributes'] {
  const { success, data, error } = attributesSchema.safeParse(attributes);
  if (!success) throw new BadUserInputError(error.issues.map(({ message }) => message).join('; '));
  return Object.fromEntries(data.map(({ name, value }) => [name, value]));
}
