/** Who is whom: as many users as the environment says, each with a customer of their own. */
export function loadCustomers(): Map<string, string> {
  const count = Number(process.env['BENCH_USERS']);
  return new Map(Array.from({ length: count }, (_, index) => [nameUser(index), nameCustomer(index)]));
}

export function nameUser(index: number): string {
  return `auth0|${String(index).padStart(8, '0')}`;
}

export function nameCustomer(index: number): string {
  return `cus_Bench${String(index).padStart(8, '0')}`;
}
