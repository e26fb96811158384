import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Libsql from 'libsql';

const guide = readFileSync(join(import.meta.dirname, '../../docs/customers.md'), 'utf8');
const recipe = /```sql\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';

test.each([
  ['numbers', 'INTEGER', [1, 2, 3, 4]],
  ['text', 'TEXT', ['u1', 'u2', 'u3', 'u4']],
])(
  'the recipe of docs/customers.md proposes the one customer of a verified address, with user ids that are %s',
  (_kind, type, ids) => {
    const database = new Libsql(':memory:');
    database.exec(`CREATE TABLE users (id ${type}, email TEXT, email_verified BOOLEAN)`);
    database.exec('CREATE TABLE stripe_customers (id TEXT, email TEXT, user_id TEXT)');
    const addUser = database.prepare('INSERT INTO users VALUES (?, ?, ?)');
    const addCustomer = database.prepare('INSERT INTO stripe_customers VALUES (?, ?, ?)');
    const [ada, bob, eve, zoe] = ids;
    addUser.run(ada, 'ada@example.com', 1);
    addUser.run(bob, 'bob@example.com', 1);
    addUser.run(eve, 'eve@example.com', 1);
    addUser.run(zoe, 'zoe@example.com', 0);
    // Some imports of CSV files make an empty field an empty text, and others make it null.
    addCustomer.run('cus_ada', 'Ada@Example.com', '');
    addCustomer.run('cus_bob', 'bob@example.com', String(bob));
    addCustomer.run('cus_of_another_user', 'bob@example.com', 'another');
    addCustomer.run('cus_eve', 'eve@example.com', null);
    addCustomer.run('cus_eve_again', 'eve@example.com', null);
    addCustomer.run('cus_zoe', 'zoe@example.com', null);

    const proposals = database.prepare(recipe).all() as object[];
    database.close();

    expect(proposals).toEqual([
      { user_id: String(ada), stripe_customer_id: 'cus_ada', email: 'ada@example.com' },
      { user_id: String(bob), stripe_customer_id: 'cus_bob', email: 'bob@example.com' },
    ]);
  },
);
