import { createHash } from 'node:crypto';

// Nothing here is a secret, and nothing stands here as a whole: scanners would report this repository else.

const base62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const hexadecimal = '0123456789abcdef';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * So many characters that look drawn by chance, and are the same in every run for the same seed. Every fifth is a digit: of ten that
 * are drawn, one in ten times look like words, and are not found.
 */
export function drawn(length: number, alphabet: string = base62, seed = 'seed'): string {
  let text = '';
  for (let block = 0; text.length < length; block++) {
    const bytes = createHash('sha256').update(`${seed}/${alphabet}/${block}`).digest();
    for (const [at, byte] of bytes.entries()) text += at % 5 === 3 ? (byte % 6) + 2 : alphabet[byte % alphabet.length];
  }
  return text.slice(0, length);
}

/** A secret within the words that go with it. */
export interface MadeUp {
  kind: string;
  text: string;
  /** What nobody may see of it. */
  value: string;
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const pem = (label: string, body: string, line = '\n'): string =>
  `-----BEGIN ${label}-----${line}${body}${line}-----END ${label}-----`;

/** One of every kind, of these words and values that a seed draws. */
export function madeUp(seed: string): MadeUp[] {
  const d = (length: number, alphabet?: string): string => drawn(length, alphabet, seed);
  // A prefix, and what follows it.
  const keys: [kind: string, prefix: string, value: string][] = [
    ['an AWS access key id', 'AKIA', d(16, upper)],
    ['an AWS access key id', 'ASIA', d(16, upper)],
    ...['p', 'o', 'u', 's', 'r'].map((of): [string, string, string] => ['a GitHub token', `gh${of}_`, d(36)]),
    ['a GitHub token', 'github_pat_', `${d(22)}_${d(59)}`],
    ['a GitLab token', 'glpat-', d(20)],
    ['a Slack token', 'xoxb-', `${d(12, '0123456789')}-${d(12, '0123456789')}-${d(24)}`],
    ['a Stripe key', 'sk_live_', d(24)],
    ['a Stripe key', 'rk_test_', d(24)],
    ['an npm token', 'npm_', d(36)],
    ['a PyPI token', 'pypi-', `AgEIcHlwaS5vcmc${d(120)}`],
    ['a SendGrid key', 'SG.', `${d(22)}.${d(43)}`],
    ['a Twilio key', 'SK', d(32, hexadecimal)],
    ['a Google API key', 'AIza', d(35)],
    ['an OpenAI key', 'sk-', d(48)],
    ['an OpenAI key', 'sk-proj-', d(120)],
    ['an Anthropic key', 'sk-ant-', `api03-${d(95)}`],
    ['a Hugging Face token', 'hf_', d(34)],
    ['a DigitalOcean token', 'dop_v1_', d(64, hexadecimal)],
    ['a Telegram bot token', '', `${d(10, '123456789')}:AA${d(33)}`],
    ['a Vault token', 'hvs.', d(90)],
    ['a Databricks token', 'dapi', d(32, hexadecimal)],
    ['a Clambake token', '', d(43)],
  ];
  // What stands before a value, and after it.
  const carried: [kind: string, before: string, value: string, after?: string][] = [
    ['a password in a URL', 'postgresql://app:', d(12), '@db/prod'],
    ['a password in a URL', 'https://bob:', `${d(6)}%40${d(4)}`, '@example.com/x?y=z'],
    ['a password in a URL', 'redis://:', d(14), '@cache:6379/0'],
    ['a password in a URL', 'mongodb+srv://app:', `${d(8)}/${d(8)}`, '@cluster.example/db'],
    ['an AWS secret access key', 'aws_secret_access_key = ', d(40)],
    ['an AWS secret access key', '"SecretAccessKey": "', d(40), '"'],
    ['a Twilio auth token', 'the auth token of Twilio, twilio: ', d(32, hexadecimal)],
    ['an Azure account key', 'DefaultEndpointsProtocol=https;AccountName=a;', `AccountKey=${d(86)}==`],
    ['an Azure shared access signature', 'https://a.blob.example/b?sv=2024-11-04&', `sig=${d(43)}%3D`],
    ['a Slack webhook', 'https://', `hooks.slack.com/services/T${d(8)}/B${d(8)}/${d(24)}`],
    ['a bearer token', 'Authorization: Bearer ', d(28)],
    ['a bearer token', `curl -H 'authorization: bearer `, d(28), `' https://example.com`],
    ['a Basic authorization', 'Authorization: Basic ', Buffer.from(`bob:${d(12)}`).toString('base64')],
    ['a password for curl', 'curl -u bob:', d(12), ' https://example.com'],
    ['a password', 'password=', d(12)],
    ['a password', 'PGPASSWORD=', `sunny${d(4)}7`],
    ['a password', '"password": "', `${d(7)}!`, '"'],
    ['a password', '**Password:** `', d(10), '`'],
    ['a password', "CREATE USER x PASSWORD '", d(10), "'"],
    ['a password', 'mysql --password ', d(10)],
    ['a password', '<password>', d(12), '</password>'],
    ['a secret', 'api_key: ', d(32)],
    ['a secret', '{"apiKey":"', d(32), '"}'],
    ['a secret', 'client_secret=', d(24)],
    ['a secret', '//registry.example/:_authToken=', d(36)],
    ['a secret', 'SECRET_KEY_BASE=', d(300, hexadecimal)],
    ['a secret', 'https://example.com/callback?access_token=', d(32), '&state=1'],
    ['a secret', 'tool --token ', d(40, hexadecimal)],
    ['a secret', 'const apiKey = "', d(32), '";'],
    ['a secret', 'HEROKU_API_KEY=', '3f2b1c4d-9a8e-4b7c-a1d2-5e6f7a8b9c0d'],
  ];
  const blocks = ['RSA PRIVATE KEY', 'PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'OPENSSH PRIVATE KEY'];
  const jwt = [{ alg: 'HS256', typ: 'JWT' }, { sub: d(9) }].map(base64url).join('.');
  return [
    ...keys.map(([kind, prefix, value]) => ({ kind, text: `${prefix}${value}`, value })),
    ...carried.map(([kind, before, value, after = '']) => ({ kind, text: `${before}${value}${after}`, value })),
    { kind: 'a JSON Web Token', text: `${jwt}.${d(43)}`, value: `${jwt}.${d(43)}`.slice(3) },
    ...[...blocks, 'PGP PRIVATE KEY BLOCK'].map((label) => ({
      kind: 'a private key',
      text: pem(label, `${d(64)}\n${d(40)}`),
      value: d(64),
    })),
    // A service account of Google: JSON writes the lines' ends as \n.
    {
      kind: 'a private key',
      text: JSON.stringify({ type: 'service_account', private_key: pem('PRIVATE KEY', d(64)) }),
      value: d(64),
    },
    { kind: 'a private key', text: `the key is ${pem('PRIVATE KEY', d(64), ' ')}`, value: d(64) },
  ];
}
