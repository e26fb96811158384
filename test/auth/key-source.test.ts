import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { checkKeySource } from '../../src/auth/key-source.ts';
import { ed25519, p256, rsa, secret, toPem } from './token-kit.ts';

const rsaPem = toPem(rsa.publicKey);
const privatePem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('a public key', () => {
  test.each([
    ['RSA', rsaPem],
    ['RSA in PKCS #1', rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['EC', toPem(p256.publicKey)],
    ['Ed25519', toPem(ed25519.publicKey)],
    ['RSA with line breaks written out', rsaPem.replaceAll('\n', '\\n')],
    ['RSA with carriage returns', rsaPem.replaceAll('\n', '\r\n')],
    ['RSA between blank lines', `\n${rsaPem}\n\n`],
  ])('can be %s', (_, pem) => {
    expect(() => {
      checkKeySource({ kind: 'publicKey', pem });
    }).not.toThrow();
  });

  test.each([
    ['a private key', privatePem, 'this is a private key'],
    [
      'an RSA private key',
      rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      'this is a private key',
    ],
    [
      'an EC private key',
      p256.privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
      'this is a private key',
    ],
    [
      'an encrypted private key',
      privatePem.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'),
      'this is a private key',
    ],
    ['a private key behind a public one', rsaPem + privatePem, 'this is a private key'],
    ['a certificate', rsaPem.replaceAll('PUBLIC KEY', 'CERTIFICATE'), 'this is a certificate'],
    ['two public keys', rsaPem + rsaPem, 'expected one PEM block'],
    ['something else in PEM', rsaPem.replaceAll('PUBLIC KEY', 'CMS'), 'expected one PEM block'],
    ['a key without its armour', rsaPem.split('\n').slice(1, -2).join(''), 'expected one PEM block'],
    ['a file name', '/etc/keys/public.pem', 'expected one PEM block'],
    ['nothing', '', 'expected one PEM block'],
    ['damage inside', rsaPem.replace('MII', 'XXX'), 'cannot be read'],
    ['half a key', `${rsaPem.slice(0, 200)}\n-----END PUBLIC KEY-----`, 'cannot be read'],
  ])('cannot be %s', (_, pem, message) => {
    expect(() => {
      checkKeySource({ kind: 'publicKey', pem });
    }).toThrow(message);
  });

  test.each([
    ['RSA of 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024 }), 'this RSA key has 1024 bits'],
    ['RSA for PSS alone', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }), 'cannot be used'],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), 'cannot be used'],
    ['Ed448', generateKeyPairSync('ed448'), 'cannot be used'],
    ['X25519, which signs nothing', generateKeyPairSync('x25519'), 'cannot be used'],
  ])('cannot be %s', (_, { publicKey }, message) => {
    expect(() => {
      checkKeySource({ kind: 'publicKey', pem: toPem(publicKey) });
    }).toThrow(message);
  });
});

describe('a shared secret', () => {
  test.each([
    ['32 bytes', secret],
    ['32 bytes in fewer characters', 'é'.repeat(16)],
  ])('can have %s', (_, text) => {
    expect(() => {
      checkKeySource({ kind: 'secret', secret: text });
    }).not.toThrow();
  });

  test.each([
    ['31 bytes', 'x'.repeat(31), 'the secret has 31 bytes and needs 32'],
    ['nothing', '', 'the secret has 0 bytes'],
    ['a public key', rsaPem, 'this is a PEM key'],
    ['a private key', privatePem, 'this is a PEM key'],
  ])('cannot be %s', (_, text, message) => {
    expect(() => {
      checkKeySource({ kind: 'secret', secret: text });
    }).toThrow(message);
  });
});

describe('a JWKS URL', () => {
  test.each([
    'https://issuer.example/jwks.json',
    'http://localhost:8080/jwks.json',
    'http://127.0.0.1:8080/jwks.json',
    'http://[::1]:8080/jwks.json',
  ])('can be %s', (url) => {
    expect(() => {
      checkKeySource({ kind: 'jwks', url: new URL(url) });
    }).not.toThrow();
  });

  test.each([
    'http://keycloak:8080/realms/app/protocol/openid-connect/certs',
    'http://keycloak.auth.svc/certs',
    'http://keycloak.auth.svc.cluster.local:8080/certs',
    'http://issuer.internal/certs',
    'http://10.0.0.1/certs',
    'http://172.20.0.3:8080/certs',
    'http://192.168.1.7/certs',
    'http://[fd00::1]:8080/certs',
    'http://localhost/certs',
  ])('can be %s in a cluster, where a setting allows it', (href) => {
    const url = new URL(href);
    expect(() => checkKeySource({ kind: 'jwks', url, allowHttp: true })).not.toThrow();
  });

  test.each([
    'http://issuer.example/certs',
    'http://keycloak.svc.issuer.example/certs',
    'http://192.0.2.1/certs',
    'http://172.32.0.1/certs',
    'http://169.254.169.254/certs',
    'http://[2001:db8::1]/certs',
    'file:///etc/certs',
    'http://user@keycloak:8080/certs',
  ])('cannot be %s, even where a setting allows http', (href) => {
    const url = new URL(href);
    expect(() => checkKeySource({ kind: 'jwks', url, allowHttp: true })).toThrow('a JWKS URL');
  });

  test.each([
    ['http://keycloak:8080/certs', 'JWT_JWKS_ALLOW_HTTP=true'],
    ['http://issuer.example/jwks.json', 'must be https'],
    ['http://localhost.issuer.example/jwks.json', 'must be https'],
    ['http://127.0.0.1.issuer.example/jwks.json', 'must be https'],
    ['http://10.0.0.1/jwks.json', 'must be https'],
    ['file:///etc/jwks.json', 'must be https'],
    ['data:application/json,{"keys":[]}', 'must be https'],
    ['https://user@issuer.example/jwks.json', 'user name or a password'],
    ['https://:pass@issuer.example/jwks.json', 'user name or a password'],
  ])('cannot be %s', (url, message) => {
    expect(() => {
      checkKeySource({ kind: 'jwks', url: new URL(url) });
    }).toThrow(message);
  });
});

test('what is refused is not shown', () => {
  const pieces = privatePem.split('\n').slice(1, -2);
  const refused = [
    { kind: 'publicKey', pem: privatePem },
    { kind: 'secret', secret: privatePem },
    { kind: 'secret', secret: 'too-short-but-secret' },
  ] as const;
  for (const source of refused) {
    try {
      checkKeySource(source);
    } catch (error) {
      const { message } = error as Error;
      for (const piece of [...pieces, 'too-short']) expect(message).not.toContain(piece);
      continue;
    }
    throw new Error('it was accepted');
  }
});
