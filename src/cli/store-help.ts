/** For the help of every command that opens the store. */
export const storeHelp = `
Reads DATABASE_URL, and STRIPE_SECRET_KEY or STRIPE_SCOPE: the key's mode, or
the scope's name, tells whose links are meant; test and live are kept apart.
`;
