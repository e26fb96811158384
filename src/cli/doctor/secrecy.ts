import type { Environment } from '../../config/environment.ts';

/** What is shorter is faulty in any case, and might be a part of any word. */
const minLength = 8;

/** Takes what the variables keep secret out of a text, and the user and password out of every URL. */
export function hideSecrets(text: string, env: Environment): string {
  const secrets = [env['STRIPE_SECRET_KEY'], env['JWT_SECRET']].flatMap((secret) => secret?.trim() ?? []);
  return secrets
    .filter((secret) => secret.length >= minLength)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
    .replace(/\b(?:sk|rk)_(?:test|live)_[\w*]+/g, '[stripe key]')
    .replace(/\bwhsec_[\w+/=-]+/g, '[webhook secret]')
    .replace(/\/\/[^\s"]*@/g, '//[secret]@');
}
