/** Ends the help of every command that opens the database. */
export const storeHelp = `
Reads DATABASE_URL, and STRIPE_SECRET_KEY or STRIPE_SCOPE. The mode of the key, or
the name of the scope, selects the links: test and live are kept apart.
`;
