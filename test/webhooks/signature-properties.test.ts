import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventUnreadableError, parseEvent, readEvent } from '../../src/webhooks/webhook-event.ts';
import { WebhookRefusedError, verifySignature } from '../../src/webhooks/verify-signature.ts';
import { createEvent, createMac, secret } from './webhook-kit.ts';
import { anyCharacter } from '../helpers/any-character.ts';

const now = new Date('2030-01-01T00:00:00Z');
const nowSeconds = now.getTime() / 1000;

type Delivery = Parameters<typeof verifySignature>[0];

/** The code of the refusal; null when there is none. Anything else thrown fails the test. */
function getRefusal(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof WebhookRefusedError || error instanceof EventUnreadableError) return error.code;
    throw error;
  }
}

async function check(delivery: Delivery, secrets: readonly string[] = [secret]): Promise<string | null> {
  const judged = await verifySignature(delivery, { secrets, now }).catch((error: unknown) => error);
  return getRefusal(() => {
    if (judged instanceof Error) throw judged;
  });
}

function sign(body: Uint8Array, ageSeconds: number, key = secret): Delivery & { readonly signature: string } {
  const timestamp = String(nowSeconds - ageSeconds);
  const signed = Buffer.concat([Buffer.from(`${timestamp}.`), body]);
  return { body: Buffer.from(body), signature: `t=${timestamp},v1=${createMac(signed, key)}` };
}

/** Bodies are text: what is not UTF-8 is never signed by Stripe. */
const bodies = fc
  .oneof(fc.string({ unit: anyCharacter, minLength: 1, maxLength: 200 }), fc.json())
  .map((text) => Buffer.from(text));
const freshAges = fc.integer({ min: -300, max: 300 });
const deliveries = fc.tuple(bodies, freshAges).map(([body, age]) => sign(body, age));

describe('whatever was signed', () => {
  test('is accepted within five minutes, by any of the secrets and among any other signatures', async () => {
    const others = fc.array(fc.constantFrom('v0=00', 'v1=ff', `v1=${'a'.repeat(64)}`, 'v2=x', 'x', ''));
    const secrets = fc.array(fc.stringMatching(/^whsec_\w{8,}$/), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(bodies, freshAges, secrets, fc.nat(2), others, async (body, age, keys, at, more) => {
        const { signature } = sign(body, age, keys[at % keys.length]);
        const delivery = { body: Buffer.from(body), signature: [signature, ...more].join(',') };
        expect(await check(delivery, keys)).toBeNull();
      }),
    );
  });

  test('is refused with one bit of its body changed', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, fc.nat(), async (delivery, at) => {
        fc.pre(delivery.body.length > 0);
        const body = Buffer.from(delivery.body);
        const bit = at % (body.length * 8);
        body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await check({ ...delivery, body })).toBe('SIGNATURE_MISMATCH');
      }),
    );
  });

  test('is refused with more or less of its body', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, bodies, async ({ body, signature }, more) => {
        fc.pre(more.length > 0);
        for (const changed of [Buffer.concat([body, more]), Buffer.concat([more, body]), body.subarray(1)]) {
          if (!changed.equals(body))
            expect(await check({ body: changed, signature })).toBe('SIGNATURE_MISMATCH');
        }
      }),
    );
  });

  test('is refused with one character of its header changed, left out, or put behind it', async () => {
    await fc.assert(
      fc.asyncProperty(
        deliveries,
        fc.nat(),
        fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }),
        async (delivery, at, put) => {
          const { body, signature } = delivery;
          const index = at % signature.length;
          const [before, after] = [signature.slice(0, index), signature.slice(index + 1)];
          // The SDK ignores what follows a second equals sign.
          fc.pre(put !== signature[index] && put !== ',' && put !== '=');
          for (const changed of [before + put + after, before + after, signature + put]) {
            expect(await check({ body, signature: changed })).not.toBeNull();
          }
        },
      ),
      { numRuns: 250 },
    );
  });

  test('is refused in the time of another, and once its time is over', async () => {
    const stale = fc.oneof(
      fc.integer({ min: 301, max: nowSeconds }),
      fc.integer({ min: -(10 ** 10), max: -301 }),
    );
    await fc.assert(
      fc.asyncProperty(bodies, stale, freshAges, async (body, age, otherAge) => {
        const delivery = sign(body, age);
        expect(await check(delivery)).toBe(age > 0 ? 'TIMESTAMP_TOO_OLD' : 'TIMESTAMP_IN_FUTURE');
        const signature = delivery.signature.replace(/t=\d+/, `t=${nowSeconds - otherAge}`);
        expect(await check({ ...delivery, signature })).toBe('SIGNATURE_MISMATCH');
      }),
    );
  });

  test('is refused with any other secret', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, fc.array(fc.string()), async (delivery, secrets) => {
        fc.pre(!secrets.includes(secret));
        expect(await check(delivery, secrets)).toBe('SIGNATURE_MISMATCH');
      }),
    );
  });
});

test('any header is judged, and none is accepted without the signature', async () => {
  const item = fc.tuple(
    fc.constantFrom('t', 'v1', 'v0', '', 'T'),
    fc.constantFrom('=', '', '=='),
    fc.oneof(fc.string(), fc.nat().map(String)),
  );
  const headers = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc
      .array(
        item.map((parts) => parts.join('')),
        { maxLength: 5 },
      )
      .map((items) => items.join(',')),
  );
  await fc.assert(
    fc.asyncProperty(bodies, headers, async (body, signature) => {
      expect(await check({ body: Buffer.from(body), signature })).not.toBeNull();
    }),
    { numRuns: 250 },
  );
});

describe('an event is read or refused, and nothing else is thrown', () => {
  const event = createEvent('customer.updated', { id: 'cus_1', object: 'customer' });
  /** An event in which fields have any value, at any of three depths. */
  const distorted = fc
    .record(Object.fromEntries(Object.keys(event).map((name) => [name, fc.jsonValue()])), {
      requiredKeys: [],
    })
    .chain((fields) =>
      fc
        .record(
          {
            object: fc.oneof(
              fc.jsonValue(),
              fc.record(
                { id: fc.jsonValue(), object: fc.jsonValue(), customer: fc.jsonValue() },
                { requiredKeys: [] },
              ),
            ),
            previous_attributes: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((data) => ({ ...event, ...fields, ...('data' in fields ? {} : { data }) })),
    );

  const origin = { livemode: false, account: null };
  const parse = (text: string) => getRefusal(() => parseEvent(text, origin));

  test.each<[string, fc.Arbitrary<unknown>]>([
    ['of any JSON', fc.jsonValue()],
    ['of an event with other values', distorted],
  ])('%s', (_name, values) => {
    fc.assert(
      fc.property(values, (value) => {
        const expected = [null, 'EVENT_UNREADABLE'];
        expect(expected).toContain(getRefusal(() => readEvent(value)));
        expect(expected).toContain(parse(JSON.stringify(value)));
      }),
      { numRuns: 400 },
    );
  });

  test('of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect([null, 'EVENT_UNREADABLE']).toContain(parse(text));
      }),
    );
  });
});
