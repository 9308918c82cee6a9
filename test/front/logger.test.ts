import { expect, test } from 'vitest';
import { isDatabaseAway } from '../../server/database/away.ts';
import { ClambakeError } from '../../server/errors.ts';
import { createMask } from '../../server/front/failure.ts';
import { createLogger } from '../../server/logger.ts';

const logged = (): { log: ReturnType<typeof createLogger>; text: () => string } => {
  const lines: string[] = [];
  return { log: createLogger('debug', { write: (line) => void lines.push(line) }), text: () => lines.join('') };
};

test('the log drops what could hold a token or a text, wherever it comes', () => {
  const { log, text } = logged();
  log.info(
    {
      authorization: 'Bearer hidden',
      token: 'hidden',
      body: 'hidden',
      request: { headers: { cookie: 'hidden' }, variables: 'hidden' },
    },
    'said',
  );
  log.info({ one: { two: { token: 'hidden', query: 'hidden' } } }, 'said');
  expect(text()).not.toContain('hidden');
  expect(text()).toContain('said');
});

test('an error is logged without the values it quotes, with its code, its place and its cause', () => {
  const { log, text } = logged();
  const cause = Object.assign(new Error('duplicate key value violates unique constraint "hidden"'), {
    code: '23505',
    detail: 'Key (x)=(hidden)',
  });
  log.error({
    err: new Error('Invalid call:\n{ body: "hidden" }\n\nArgument "hidden of many words" is wrong, Bearer hidden', {
      cause,
    }),
  });
  log.error(new Error('"hidden" alone'));
  log.error(new Error('"hidden" with a text'), 'text');
  const line = JSON.parse(text().split('\n')[0] ?? '');
  expect(line.err).toMatchObject({ message: 'Argument "…" is wrong, Bearer …', cause: { code: '23505' } });
  expect(line.err.stack[0]).toContain('logger.test.ts');
  expect(text()).not.toContain('hidden');
});

test('a lost database is known by whatever reports it', () => {
  const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });
  for (const code of ['ECONNREFUSED', '57P01', '08006', '08P01', '53300', 'P1001', 'P1017', 'P2024'])
    expect(isDatabaseAway(coded(code)), code).toBe(true);
  expect(isDatabaseAway(coded('53100')), 'disk full').toBe(true);
  expect(isDatabaseAway(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isDatabaseAway(new Error('outer', { cause: coded('ECONNRESET') }))).toBe(true);
  for (const error of [coded('23505'), coded('P2002'), new Error('x'), 'ECONNREFUSED', undefined])
    expect(isDatabaseAway(error)).toBe(false);
});

test('the same bug keeps its id, an error for the caller stays what it is', () => {
  const { log, text } = logged();
  const mask = createMask(log);
  const bug = new Error('bug');
  expect(mask(bug).message).toBe(mask(bug).message);
  expect(text().trim().split('\n')).toHaveLength(1);
  const known = new ClambakeError('CONFLICT', 'No.');
  expect(mask(known)).toBe(known);
});
