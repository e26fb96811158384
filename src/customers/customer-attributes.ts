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
          'the name of an attribute must be 1 to 64 letters, digits, dots, dashes and underscores',
        ),
      value: z
        .string()
        .max(500, 'the value of an attribute must be at most 500 characters')
        .regex(
          /^[^\p{Cc}\p{Cs}]*$/u,
          'the value of an attribute must be well-formed Unicode without control characters',
        ),
    }),
  )
  .max(50, 'a mapping can have at most 50 attributes')
  .refine(
    (attributes) => new Set(attributes.map(({ name }) => name)).size === attributes.length,
    'the names of attributes must be unique',
  );

/** @throws BadUserInputError */
export function readAttributes(attributes: readonly Attribute[]): CustomerMapping['attributes'] {
  const { success, data, error } = attributesSchema.safeParse(attributes);
  if (!success) throw new BadUserInputError(error.issues.map(({ message }) => message).join('; '));
  return Object.fromEntries(data.map(({ name, value }) => [name, value]));
}
