import { createHmac, randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import SqliteDatabase from 'libsql';
import type { AppOverrides } from '../../src/app.ts';
import type { Environment } from '../../src/config/environment.ts';
import { type CustomerSnapshot, readSnapshot } from '../../src/account/customer-snapshot.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

export const secret = 'whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM';

/** A service that receives webhooks, with what tests of them need. */
export interface WebhookApp extends TestApp {
  /** Sends an event, signed as Stripe does. */
  deliver(event: object): Promise<Response>;
  send(delivery: SentDelivery): Promise<Response>;
  /** The service's store, opened once more. */
  readonly database: Database;
  findSnapshot(stripeCustomerId: string): Promise<CustomerSnapshot | null>;
  /** How many rows the tables of its SQLite store have that events may change. */
  countStored(): Readonly<Record<'records' | 'audit' | 'customers', number>>;
}

export interface SentDelivery {
  readonly body: string | Buffer;
  /** The header `stripe-signature`; null sends none. */
  readonly signature: string | null;
  readonly contentType?: string;
  /** The client's address, where TRUST_PROXY lets a header say it. */
  readonly from?: string;
}

export async function createWebhookApp(
  env: Environment = {},
  overrides: AppOverrides = {},
): Promise<WebhookApp> {
  const app = await createTestApp({ STRIPE_WEBHOOK_SECRETS: secret, ...env }, overrides);
  const { databaseUrl, stripe } = app.config;
  const database = await openDatabase({ url: databaseUrl, scope: stripe.scope });
  closeAfterTests(() => database.close());
  const send: WebhookApp['send'] = ({ body, signature, contentType = 'application/json', from }) =>
    app.fetch('/webhooks/stripe', {
      method: 'POST',
      body,
      headers: {
        'content-type': contentType,
        ...(signature === null ? {} : { 'stripe-signature': signature }),
        ...(from === undefined ? {} : { 'x-forwarded-for': from }),
      },
    });
  return {
    ...app,
    send,
    database,
    findSnapshot: async (id) => {
      const record = await database.records.find('customer-snapshot', id);
      return record && readSnapshot(record.content);
    },
    deliver: (event) => {
      const body = toBody(event);
      return send({ body, signature: sign(body) });
    },
    countStored: () => countRows(databaseUrl),
  };
}

/** Sends a delivery that must have no effect, and returns its answer with the lines that were logged. */
export async function observeDelivery(
  app: WebhookApp,
  delivery: SentDelivery,
): Promise<{ status: number; body: unknown; logged: string }> {
  const before = app.countStored();
  const requestsBefore = app.stripe.requests.length;
  const logsBefore = app.logs.length;
  const response = await app.send(delivery);
  const body: unknown = await response.json();
  expect(app.countStored()).toEqual(before);
  expect(app.stripe.requests.length).toBe(requestsBefore);
  return { status: response.status, body, logged: app.logs.slice(logsBefore).join('') };
}

function countRows(databaseUrl: string): ReturnType<WebhookApp['countStored']> {
  const database = new SqliteDatabase(databaseUrl.replace(/^sqlite:/, ''), { readonly: true });
  const count = (table: string): number =>
    (database.prepare(`SELECT count(*) AS count FROM ${table}`).get([]) as { count: number }).count;
  // The service itself writes the time of its last sweep.
  const counts = {
    records: count("records WHERE kind <> 'sweep'"),
    audit: count('audit'),
    customers: count('customers'),
  };
  database.close();
  return counts;
}

/** As Stripe writes it: with line breaks, so that parsing and writing it again makes other bytes. */
export function toBody(event: object): string {
  return JSON.stringify(event, null, 2);
}

export interface SigningOptions {
  readonly secret?: string;
  /** How long before now it was signed. */
  readonly ageSeconds?: number;
}

export function getTimestamp(ageSeconds = 0): number {
  return Math.floor(Date.now() / 1000) - ageSeconds;
}

export function createMac(text: string | Buffer, key = secret): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

/** The header of a body, by node:crypto alone. */
export function sign(
  body: string | Buffer,
  { secret: key = secret, ageSeconds }: SigningOptions = {},
): string {
  const timestamp = getTimestamp(ageSeconds);
  return `t=${timestamp},v1=${createMac(`${timestamp}.${body.toString()}`, key)}`;
}

export type EventObject = Readonly<Record<string, unknown>>;

/** An event in Stripe's form. */
export function createEvent(
  type: string,
  object: EventObject,
  rest: EventObject = {},
): EventObject & { readonly id: string } {
  return {
    id: `evt_${randomBytes(12).toString('hex')}`,
    object: 'event',
    api_version: '2026-10-28',
    created: getTimestamp(),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    ...rest,
  };
}
