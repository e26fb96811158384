/** The text of an operation, with the types of its data and variables. */
export type TypedDocument<Data, Variables> = string & {
  readonly __operation?: (variables: Variables) => Data;
};
