import { once } from 'node:events';
import { createServer } from 'node:https';
import { createServer as createPlainServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { closeAfterTests } from './closing.ts';

/** Of the host stripe.test, signed by itself, valid for a hundred years. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUOEssaJNr7mkSK3MJxpibfS//w9EwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLc3RyaXBlLnRlc3QwIBcNMjYxMTI5MTkzNTQ1WhgPMjEyNjEx
MDUxOTM1NDVaMBYxFDASBgNVBAMMC3N0cmlwZS50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEsQkmuR7A8TCe2usIIQBTkELvJw5gFXqmss7aj1L21I/ihiLw
na3evrLJHsUseie+X3Y4XBn9pwReTh386OxwLaNrMGkwHQYDVR0OBBYEFNy+ZCjW
ideB8nM79DGzpeWqbeeOMB8GA1UdIwQYMBaAFNy+ZCjWideB8nM79DGzpeWqbeeO
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILc3RyaXBlLnRlc3QwCgYIKoZI
zj0EAwIDSQAwRgIhAOuAUFIPVrNMGFMGfel9xaV2LafTgMlrZMWWZKS2YJo8AiEA
/KZkJBbmlYYOQhmGtyAMxhsgFpUPmW5LMQ2QjFqT6lI=
-----END CERTIFICATE-----`;

const privateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2YjVf+yzfjWWHSzT
TCE2SJTNmD0xtzblPIKJVaU5nC2hRANCAASxCSa5HsDxMJ7a6wghAFOQQu8nDmAV
eqayztqPUvbUj+KGIvCdrd6+sskexSx6J75fdjhcGf2nBF5OHfzo7HAt
-----END PRIVATE KEY-----`;

/** Starts a server for the host stripe.test that speaks HTTPS. Returns its port. By default it lists no customers. */
export async function startTlsStripe(
  answer: object = { object: 'list', data: [], has_more: false },
): Promise<number> {
  const server = createServer({ key: privateKey, cert: certificate }, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAfterTests(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that tunnels to this machine, whichever host is asked for. */
export interface TestProxy {
  readonly url: string;
  /** What tunnels were asked for: `stripe.test:443`, with the credentials. */
  readonly tunnels: readonly string[];
}

/** @param status what the proxy answers in place of opening a tunnel */
export async function startProxy({ status = 200 } = {}): Promise<TestProxy> {
  const tunnels: string[] = [];
  const proxy = createPlainServer().listen(0, '127.0.0.1');
  proxy.on('connect', ({ url = '', headers }, socket) => {
    tunnels.push([url, headers['proxy-authorization']].filter((part) => part !== undefined).join(' '));
    socket.on('error', () => undefined);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const target = connect(Number(url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    target.on('error', () => void socket.destroy());
  });
  await once(proxy, 'listening');
  closeAfterTests(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels };
}
