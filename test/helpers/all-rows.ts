import SqliteDatabase from 'libsql';

/** Everything that a SQLite store keeps, as text. */
export function readAllRows(databaseUrl: string): string {
  const file = new SqliteDatabase(databaseUrl.replace(/^sqlite:/, ''), { readonly: true });
  const rows = ['customers', 'audit', 'records'].map((table) =>
    file.prepare(`SELECT * FROM ${table}`).all([]),
  );
  file.close();
  return JSON.stringify(rows);
}
