import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClambakeError } from '../../server/errors.ts';
import { drawInstanceId } from '../../server/instance/name.ts';
import { drawToken } from '../../server/instance/token.ts';
import { findSecrets } from '../../server/secret/find.ts';
import { refuseSecrets } from '../../server/secret/refuse.ts';
import { SecretRules } from '../../server/secret/rules.ts';
import { protocol } from '../support/protocol.ts';
import { drawn, hexadecimal, madeUp } from './made-up.ts';

const context = { secrets: new SecretRules(drawn(43, undefined, 'the own token'), null) };

/** The error that refuses a text. */
function refusal(content: string): ClambakeError {
  try {
    refuseSecrets(context, { content });
  } catch (error) {
    if (error instanceof ClambakeError) return error;
    throw error;
  }
  throw new Error(`It was not refused: ${JSON.stringify(content)}`);
}

/** Whether anything of a value, five characters or more, can be read in a text. */
function shows(text: string, value: string): boolean {
  for (let at = 0; at + 5 <= value.length; at++) if (text.includes(value.slice(at, at + 5))) return true;
  return false;
}

describe('what is found', () => {
  it.each(madeUp('table').map(({ kind, text, value }) => [kind, text.slice(0, 24), text, value]))(
    '%s: %j…',
    (kind, _, text, value) => {
      const content = `Found by chance:\n  (see ${text} for more)`;
      const found = findSecrets(content);
      expect(found.map((finding) => finding.kind)).toEqual([kind]);
      const [{ start, end, kept } = { start: 0, end: 0, kept: 0 }] = found;
      expect(content.slice(start + kept, end)).toContain(value.slice(kept));
      expect(content.indexOf(value)).toBeGreaterThanOrEqual(start);
      const { message, extensions } = refusal(content);
      expect(shows(`${message}${JSON.stringify(extensions)}`, value.slice(4))).toBe(false);
    },
  );

  it('every token that Clambake draws, but one in a thousand', () => {
    const tokens = Array.from({ length: 2000 }, drawToken);
    const missed = tokens.filter((token) => findSecrets(`the token: (${token}).`).length === 0);
    expect(missed.length).toBeLessThan(10);
  });

  it('the access token of the server, whatever it was made of', () => {
    const secrets = new SecretRules('correct horse battery', null);
    expect(secrets.find('say correct horse battery to it').map(({ kind }) => kind)).toEqual([
      'the access token of this server',
    ]);
    expect(findSecrets('say correct horse battery to it')).toEqual([]);
  });

  it('several in one text, in its order, those that overlap as one', () => {
    const [github = '', url = ''] = [`ghp${'_'}${drawn(36)}`, `redis://:${drawn(9)}@cache`];
    const text = `GITHUB_TOKEN=${github}\n${url} and password=${drawn(12)}`;
    expect(findSecrets(text).map(({ kind }) => kind)).toEqual(['a GitHub token', 'a password in a URL', 'a password']);
  });

  it.each([
    `AKIA${'IOSFODNN7EXAMPLE'}`,
    `aws_secret_access_key=${'wJalrXUtnFEMI/K7MDENG/'}bPxRfiCYEXAMPLEKEY`,
    `password: ${'hunter'}2`,
    `PASSWORD=${'SuperSecret'}123!`,
    `postgres://admin:${'sec'}ret@db/x`,
    `Authorization: Basic ${Buffer.from('user:pass').toString('base64')}`,
    `Authorization: Bearer ${'abcdef'}1234567890`,
    `glpat-${'abcdefghij'}1234567890`,
  ])('what documents show as an example: %s', (text) => {
    expect(findSecrets(text)).toHaveLength(1);
  });

  it('a header of a private key on a line of its own, also without a key', () => {
    const header = `-----BEGIN RSA ${'PRIVATE'} KEY-----`;
    expect(findSecrets(`${header}\n...`)).toHaveLength(1);
    expect(findSecrets(`Its first line is ${header}, and a certificate has another.`)).toEqual([]);
  });
});

describe('what passes', () => {
  const certificate = ['-----BEGIN CERTIFICATE-----', drawn(64), '-----END CERTIFICATE-----'].join('\n');
  it.each([
    // Connection strings without a secret: what a memory of type credential is for.
    'postgresql://app@db:5432/prod',
    'postgres://user:$PGPASSWORD@host/db',
    `postgres://user:\${DB_PASSWORD}@host/db`,
    'postgres://user:{{ password }}@host/db',
    'postgres://user:<password>@host/db',
    'postgres://USER:PASSWORD@HOST/db',
    'postgresql://user:password@localhost:5432/name',
    'postgresql://app:***@db/prod',
    'postgresql://app:xxxx@db/prod',
    'mysql://root:changeme@db/prod',
    'postgres://app:your-password-here@db/prod',
    'postgres://postgres:postgres@localhost:5432/app',
    'postgres://app:%s@host',
    'amqp://guest:guest@localhost:5672',
    'https://example.com:8080/a@b',
    'http://localhost:5173/@vite/client',
    'ssh://git@github.com:22/owner/name',
    'git@github.com:owner/name.git',
    `JDBC: jdbc:postgresql://db:5432/prod?user=app&password=\${PGPASSWORD}`,
    // What a secret is called, and where it is kept.
    'password: ask Tim',
    'The password is in 1Password, entry "db prod".',
    'password: 1Password entry "db prod"',
    'password: see the vault',
    'password: op://vault/db/password',
    'The password was changed on 2026-11-25.',
    'PASSWORD=changeme',
    'PASSWORD=',
    'password=$PGPASSWORD',
    `password: "\${{ secrets.DB_PASSWORD }}"`,
    'password = process.env.PGPASSWORD',
    'password: os.environ["PGPASSWORD"]',
    'password: z.string().min(8)',
    'password: string',
    'password_file: /run/secrets/db_password_1',
    'password hashing: argon2id, before it was sha256',
    'password: bcrypt12',
    'secret: the one of the test environment',
    'secretName: doc-db-v2-tls-2024',
    'secret=/run/secrets/db1',
    'token: Uint8Array<ArrayBuffer>',
    "const token = randomBytes(24).toString('hex')",
    'token: base64url, 43 characters',
    'max_tokens=4096 and token_count: 12345678',
    'api_key: YOUR_API_KEY_HERE_2',
    'API_KEY=<your key>',
    'Authorization: Bearer <token>',
    'Authorization: Bearer $CLAMBAKE_TOKEN',
    `Authorization: Bearer \${token}`,
    'a bearer authentication with basic authentication as a fallback',
    'tool --token "$TOKEN" --password-file x',
    'docker run -u 1000:1000 --user node:node image',
    // What looks drawn by chance and is none.
    `commit ${drawn(40, hexadecimal)}`,
    `sha256:${drawn(64, hexadecimal)}`,
    `"integrity": "sha512-${drawn(86)}=="`,
    '123e4567-e89b-12d3-a456-426614174000',
    'The cursor is MS4ydzNrc24uMyA2LnFqMWZkeC4wIDcuaWJzbXE3LjA.',
    'brisk-otter-4f2a holds doc-db-v2:src/app.ts, port:5432 and branch:release-2026-11-25-rc1',
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${drawn(43)} ann@example.com`,
    certificate,
    // Prefixes of keys in other words, and keys as documents show them.
    'sk-loading-indicator-container and a task-management-container-with-a-name',
    `ghp_${'x'.repeat(36)} or xoxb-your-token-here or sk-ant-...`,
    'npm_config_registry and hf_hub_download_and_some_more_of_that_name',
    'SKIP and AKIA are four letters',
    'eyJ begins a token; eyJhbGciOi.abc.def is none',
  ])('%s', (text) => {
    expect(findSecrets(text)).toEqual([]);
  });

  it('the protocol document, the texts of this repository, and ids that Clambake draws', () => {
    expect(findSecrets(protocol)).toEqual([]);
    for (const file of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docker-compose.yml', 'schema.graphql'])
      expect(findSecrets(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')), file).toEqual([]);
    for (let n = 0; n < 200; n++) expect(findSecrets(`token of ${drawInstanceId()}: ${drawInstanceId()}`)).toEqual([]);
  });

  it('prose, whatever it speaks of', () => {
    const words =
      'the a password: password token is was secret= api_key: secret passwords, bearer Bearer Authorization: basic key -u --user --token ask Tim vault, 42 4096 port 5432 localhost:5432 https://example.com/a?b=c postgres://app@db/x sha256 oauth2 brisk-otter-4f2a 2026-11-25 v1.2.3 $PGPASSWORD $TOKEN {{token}} <token> <password> 1Password doc-db-v2 src/app.ts null true changeme XMLHttpRequest utf8mb4 twilio aws_secret_access_key = : | (see it). 3rd zürich 密码: hunter-gatherer migration_20261125 BEGIN PRIVATE KEY -----END'.split(
        ' ',
      );
    const spaces = fc.constantFrom(' ', ' ', ' ', '\n', '  ');
    const prose = fc.array(fc.tuple(fc.constantFrom(...words), spaces), { maxLength: 60 });
    fc.assert(
      fc.property(prose, (pieces) => {
        const text = pieces.flat().join('');
        expect(findSecrets(text), text).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('whatever stands around it', () => {
  const text = fc.string({
    unit: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 1 }), fc.constantFrom('\n', ' ', '"', '@', ':', '=', '`')),
    maxLength: 80,
  });

  it('a secret is found, and nobody sees it in the error', () => {
    const secret = fc.string({ minLength: 1, maxLength: 8 }).chain((seed) => fc.constantFrom(...madeUp(seed)));
    fc.assert(
      fc.property(text, secret, text, fc.constantFrom(' ', '\n', '\r\n', '\t'), (before, made, after, space) => {
        const content = `${before}${space}${made.text}${space}${after}`;
        const error = refusal(content);
        expect(error.code).toBe('SECRET_REFUSED');
        const said = `${error.message}${JSON.stringify(error.extensions)}`;
        // What is drawn does not stand in what is around it, or is there for all to see.
        const value = made.value.slice(4);
        if (!shows(`${before}${after}`, value)) expect(shows(said, value), content).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('the place is the line and the column of its value', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('one', 'zwölf', '🦪 three', ''), { maxLength: 5 }), (lines) => {
        const content = [...lines, `🦪 at redis://:${drawn(9)}@cache`].join('\n');
        expect(refusal(content).extensions.findings).toEqual([
          { argument: 'content', kind: 'a password in a URL', line: lines.length + 1, column: 15 },
        ]);
      }),
    );
  });
});

describe('the time it takes', () => {
  /** Milliseconds of this process alone, at best: what else the machine does is not counted. */
  function time(content: string): number {
    const times = Array.from({ length: 3 }, () => {
      const since = process.cpuUsage().user;
      findSecrets(content);
      return (process.cpuUsage().user - since) / 1000;
    });
    return Math.min(...times);
  }
  const fill = (piece: string, size: number): string => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
  const small = 16_384;

  /** Sixteen times the text may take 16 times as long; where time grew with its square it would be 256. */
  function assertLinear(piece: string): void {
    const grown = time(fill(piece, small * 16)) / Math.max(time(fill(piece, small)), 0.5);
    expect(grown, JSON.stringify(piece)).toBeLessThan(64);
  }

  const pieces =
    'a|A|-----BEGIN |-----BEGIN RSA PRIVATE KEY-----\n|x -----BEGIN PRIVATE KEY----- y|-----END |://::@|a://b:c|postgres://u:p|eyJ| eyJaaaaaaaaaa.aa|xoxb-|ask-|-sk-|ghp_|aws_secret_access_key=| |"|password="|password=|password: Ab|token |--token |a1B2|@|deadbeef|bearer |basic AAAA|twilio a|sig=|M|-|_auth|authorization:| -u a:|1|:|password=[|token=$|secret is |AccountKey=|hooks.slack.com/services/T|1234567890:AA|\\"|token \'|*|key=|token=a1B2c3D4|--token=a1B2c3D4|password=a1B2c3D4e5'.split(
      '|',
    );

  it.each(pieces)('grows with the text and no faster: %j', assertLinear);

  it.each(['key=', 'token=a1B2c3D4', '--token=a1B2c3D4', 'api_key=key=key=', 'password=a1B2c3D4e5'])(
    'grows no faster up to a megabyte: %j',
    (piece) => {
      const [some, all] = [100_000, 1_000_000].map((size) => time(fill(piece, size))) as [number, number];
      expect(all / Math.max(some, 5)).toBeLessThan(30);
    },
    60_000,
  );

  it('grows with the text and no faster for what is made of such pieces', () => {
    const piece = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(fc.property(piece, assertLinear), { numRuns: 15 });
  });

  it('is a few milliseconds for the longest content', () => {
    const content = fill(
      'The quick brown fox jumps over docker-compose.yml: port 5432 is taken, see token.ts.\n',
      65_536,
    );
    time(content);
    expect(time(content)).toBeLessThan(20);
  });
});
