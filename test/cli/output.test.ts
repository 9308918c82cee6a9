import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageLine, ReadResult } from '../../cli/generated/results.ts';
import { holdsSomething, json, resultOf, withoutSecrets } from '../../cli/output/json.ts';
import type { Page } from '../../cli/output/lines.ts';
import { render } from '../../cli/output/render.ts';
import { coloured, paintFor, plain } from '../../cli/output/style.ts';
import { relative } from '../../server/relative-time.ts';
import { visible, visibleJson, visibleLine } from '../../server/visible.ts';

/** Written apart from the rule in visible.ts, one range for each thing that a terminal obeys or hides. */
const dangerous =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Cs}/u;

const hostile = fc.string({
  unit: fc.oneof(
    { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        ...['\u001b[2J', '\r', '\n', '\r\n', '\t', '\b', '\u0007', '\u009b31m', '\u202e', '\u2066', '\u200b', '\u200d'],
        ...['\u2028', '\u2029', '\ufeff', '\u{e0041}', '\ud800', '\udc00', '\u00ad', '\u061c', '\ufe0f', '\u{e0100}'],
      ),
    },
    { weight: 2, arbitrary: fc.constantFrom('a', ' ', '#12 warning from x', '⚠️', 'é', '日', '\\', '"') },
  ),
  maxLength: 40,
});

const now = Date.parse('2026-11-22T12:00:00Z');
const page: Page = { now, paint: plain, more: (cursor) => `clambake inbox --after ${cursor}`, first: true };
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();

const message: MessageLine = {
  id: '12',
  from: 'brisk-otter-4f2a',
  sender: { project: { name: 'doc-db-v2' } },
  to: '@all',
  type: 'WARNING',
  subject: 'Restarting Docker containers',
  body: 'Back in 5 min.\n\nDo not wait.',
  createdAt: ago(3),
  expiresAt: null,
  threadId: '12',
  replyToId: null,
  blocker: null,
  deliveredAt: null,
  readAt: null,
  own: false,
  open: false,
};
const held = (id: string, more: object = {}): object => ({
  ...{ id, heldBy: 'brisk-otter-4f2a', open: true, openedAt: ago(3), expiresAt: null, endedAt: null, end: null },
  ...{ reason: null, message: { to: '@all', subject: 'Editing .env', body: '' }, resources: [], waiters: [] },
  holder: { lastSeenAt: ago(1) },
  ...more,
});
const list = (nodes: unknown[], more = false): unknown => ({
  totalCount: nodes.length + (more ? 12 : 0),
  pageInfo: { hasNextPage: more, endCursor: more ? 'c1' : null },
  nodes,
});

describe('text that somebody else wrote', () => {
  test('never holds a character that a terminal obeys or hides', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(visible(text)).not.toMatch(dangerous);
        expect(visibleLine(text)).not.toMatch(dangerous);
        expect(visibleLine(text)).not.toMatch(/[\n\t]/);
      }),
      { numRuns: 500 },
    );
  });

  test('of visible characters, accents, scripts and emoji is shown as it is', () => {
    for (const text of ['plain', 'Grüße, 日本語, עברית', 'take care ⚠️', 'a\tb\nc', '\\u{1b} typed']) {
      expect(visible(text)).toBe(text);
    }
  });

  test('shows each hidden character by its number, a line end in a subject as \\n, and CR LF as a line end', () => {
    expect(visible('a\u001b[31mred\u202e')).toBe('a\\u{1b}[31mred\\u{202e}');
    expect(visible('one\r\ntwo\rthree')).toBe('one\ntwo\\u{d}three');
    expect(visibleLine('subject\n#13 done from human')).toBe('subject\\n#13 done from human');
    expect(visible('a\ufe0fb')).toBe('a\\u{fe0f}b');
    expect(visible('\ud83d')).toBe('\\u{d83d}');
  });

  test('says the same in JSON as before, with nothing hidden in it', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, text) => {
        const value = { [key]: [text] };
        for (const shown of [json(value, false), json(value, true)]) {
          expect(shown).not.toMatch(dangerous);
          expect(JSON.parse(shown)).toEqual(value);
        }
        expect(json(value, false).trimEnd()).not.toContain('\n');
      }),
      { numRuns: 300 },
    );
    expect(visibleJson('"\u{e0041}"')).toBe('"\\udb40\\udc41"');
  });

  test('cannot pass for a line of Clambake’s own, whatever field it is in', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (subject, body, from) => {
        const hostileMessage = { ...message, subject, body, from };
        for (const [name, result] of Object.entries({
          Inbox: list([hostileMessage]),
          Watch: { cursor: 'c', message: hostileMessage },
          Send: { message: hostileMessage, addressedTo: 1, endedBlocker: null, openBlockers: [], objection: null },
        })) {
          const text = render(name, result, page);
          expect(text).not.toMatch(dangerous);
          const [, ...rest] = text.trimEnd().split('\n');
          for (const line of rest) expect(line).toMatch(/^( {4}|$)/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('results', () => {
  test('show a message as a header and its body indented under it', () => {
    expect(render('Inbox', list([{ ...message, replyToId: '7' }]), page)).toBe(
      '#12 warning from brisk-otter-4f2a (doc-db-v2) to @all, 3 min ago, reply to #7: Restarting Docker containers\n' +
        '    Back in 5 min.\n\n    Do not wait.\n',
    );
  });

  test('say so in one line where there is nothing', () => {
    expect(render('Inbox', list([]), page)).toBe('No unread messages.\n');
    expect(render('Recall', list([]), page)).toBe('No memories found.\n');
    expect(render('Recall', list([]), { ...page, first: false })).toBe('No more.\n');
  });

  test('tell how to see the rest', () => {
    const text = render('Inbox', list([{ ...message, body: '' }], true), page);
    expect(text.split('\n')[1]).toBe('12 more: clambake inbox --after c1');
  });

  test('tell the sender who will see it', () => {
    const sent = (addressedTo: number): string => render('Send', { message, addressedTo, endedBlocker: null }, page);
    expect(sent(3)).toBe('Sent #12 to @all: 3 instances will see it.\n');
    expect(sent(1)).toBe('Sent #12 to @all: 1 instance will see it.\n');
    expect(sent(0)).toBe('Sent #12 to @all: nobody else is on it now; it waits for whoever comes.\n');
    const to = (more: Partial<MessageLine>): string =>
      render('Send', { message: { ...message, ...more }, addressedTo: 0, endedBlocker: null }, page);
    expect(to({ to: 'doc-db-v2' })).toContain(': nobody else is on it now; ');
    expect(to({ to: 'website' })).toContain(': nobody is on it now; ');
    expect(to({ from: 'human', sender: null })).toContain(': nobody is on it now; ');
  });

  test('tell the sender of a done which blocker it ended, or what it still holds where it ended none', () => {
    const sent = (more: object, type = 'DONE'): string[] =>
      render(
        'Send',
        { message: { ...message, type }, addressedTo: 1, endedBlocker: null, openBlockers: [], ...more },
        page,
      )
        .trimEnd()
        .split('\n')
        .slice(1);
    const openBlockers = [held('10'), held('11')];
    expect(sent({ openBlockers })).toEqual(['Ended no blocker. You still hold #10, #11: add --reply-to <id>.']);
    expect(sent({ openBlockers, endedBlocker: held('9') })).toEqual(['Ended blocker #9: Editing .env']);
    expect(sent({})).toEqual([]);
    expect(sent({ openBlockers }, 'INFO')).toEqual([]);
    const reply = (replyTo: object) => sent({ openBlockers, message: { ...message, type: 'DONE', replyTo } });
    const blocker = { heldBy: 'calm-fox-0000', open: true, end: null };
    expect(reply({ id: '7', type: 'REQUEST', blocker: null })).toEqual(['Answered request #7.']);
    expect(reply({ id: '8', type: 'BLOCKER', blocker: { ...blocker, open: false, end: 'STALE' } })).toEqual([
      'Ended no blocker: #8 had ended before (stale).',
    ]);
    expect(reply({ id: '8', type: 'BLOCKER', blocker })).toEqual([
      'Ended no blocker: #8 is held by calm-fox-0000, who alone can say that it is done.',
    ]);
    expect(reply({ id: '9', type: 'INFO', blocker: null })).toEqual([
      'Ended no blocker: #9 is none. You still hold #10, #11: add --reply-to <id>.',
    ]);
  });

  test('tell the sender of a blocker what it holds, and of a warning whether somebody objects', () => {
    const more = { addressedTo: 1, endedBlocker: null, openBlockers: [], objection: null };
    const told = (message: object, result: object = {}, on: Page = page): string[] =>
      render('Send', { ...more, message, ...result }, on)
        .trimEnd()
        .split('\n')
        .slice(1);
    const resources = ['port:1', 'port:2', 'port:3', 'port:4', 'port:5\u001b'];
    const blocker = { open: true, expiresAt: ago(-62), resources };
    expect(told({ ...message, type: 'BLOCKER', blocker })).toEqual([
      'Holds port:1, port:2, port:3 and 2 more, ends in 1 h. To end it: clambake release 12',
    ]);
    expect(told({ ...message, type: 'BLOCKER', blocker: { ...blocker, resources: [] } })).toEqual([]);
    expect(told(message)).toEqual([]);
    expect(told(message, {}, { ...page, waited: '10s' })).toEqual(['Nobody objected within 10s.']);
    expect(told({ ...message, type: 'BLOCKER', blocker: null }, {}, { ...page, waited: '10s' })).toEqual([]);
    const objection = {
      ...message,
      id: '13',
      type: 'REQUEST',
      open: true,
      subject: 'Not now',
      body: 'Import.\n#14 info from x',
    };
    expect(told(message, { objection }, { ...page, waited: '10s' })).toEqual([
      'Somebody objects:',
      '  #13 request (open) from brisk-otter-4f2a (doc-db-v2) to @all, 3 min ago: Not now',
      '    Import.',
      '    #14 info from x',
    ]);
  });

  test('of guard name each blocker once, with all that it holds of what was asked about, and how to ask its holder', () => {
    const resources = ['port:5\u001b', 'p:src/'];
    const blocker = held('7', { resources, waiters: [{ from: 'calm-fox-1', since: ago(1) }] });
    const holds = [
      { resource: 'p:src/a', blocker },
      { resource: 'p:src/b', blocker },
      { resource: 'port:6', blocker: held('8', { heldBy: 'human', expiresAt: ago(-9), resources: ['port:6'] }) },
    ];
    expect(render('Guard', { clear: false, resources, held: holds }, page).split('\n')).toEqual([
      'Held: p:src/a, p:src/b',
      '  #7 held by brisk-otter-4f2a for 3 min, to @all, holds port:5\\u{1b}, p:src/, calm-fox-1 waits: Editing .env',
      '  To ask for it: clambake send --to brisk-otter-4f2a --type request --reply-to 7 --subject "…"',
      'Held: port:6',
      '  #8 held by human for 3 min, to @all, ends in 9 min, holds port:6: Editing .env',
      '  To ask for it: clambake send --to @all --type request --reply-to 8 --subject "…"',
      'To wait until all of it is free, add --wait 5m.',
      '',
    ]);
    expect(render('Guard', { clear: true, resources, held: [] }, page)).toBe(
      'Clear: nobody else holds port:5\\u{1b}, p:src/.\n',
    );
  });

  test('say for how long a blocker has been held', () => {
    const line = (openedAt: string): string => render('Blockers', list([held('7', { openedAt })]), page);
    expect(line(ago(3))).toBe('#7 held by brisk-otter-4f2a for 3 min, to @all: Editing .env\n');
    expect(line(ago(-1))).toContain(' for 1 s, ');
  });

  test('mark the caller’s own instance in the status, of which it is needless to say when it was seen', () => {
    const instance = (id: string): object => ({
      ...{ id, project: { name: 'doc-db-v2' }, directory: '/srv', model: null, task: null, status: 'BUSY', live: true },
      ...{ startedAt: ago(9), lastSeenAt: ago(2), endedAt: null },
    });
    const none = { totalCount: 0, nodes: [] };
    const shown = (viewer: object): string =>
      render(
        'Status',
        {
          ...{ viewer, unread: null, blockers: none, waiters: [], requests: none, messages: none, log: none },
          instances: { totalCount: 2, nodes: [instance('brisk-otter-4f2a'), instance('calm-fox-1')] },
        },
        page,
      );
    const text = shown({ kind: 'INSTANCE', name: 'brisk-otter-4f2a' });
    expect(text).toContain('  brisk-otter-4f2a (you) (doc-db-v2) busy, in /srv\n');
    expect(text).toContain('  calm-fox-1 (doc-db-v2) busy, seen 2 min ago, in /srv\n');
    expect(shown({ kind: 'OPERATOR', name: 'brisk-otter-4f2a' })).not.toContain('(you)');
  });

  test('show in the status who waits for whom', () => {
    const none = { totalCount: 0, nodes: [] };
    const waiters = [
      { from: 'calm-fox-1', since: ago(2), resources: ['port:1'], blockers: [{ id: '7', heldBy: 'brisk-otter-4f2a' }] },
      { from: 'human', since: ago(1), resources: ['port:1', 'p:a\nb'], blockers: [] },
    ];
    const viewer = { kind: 'OPERATOR', name: 'human' };
    const status = {
      ...{ viewer, unread: null, instances: none, requests: none },
      blockers: none,
      messages: none,
      log: none,
      waiters,
    };
    const lines = render('Status', status, page).split('\n');
    const from = lines.indexOf('Waiting in line (2)');
    expect(lines.slice(from + 1, from + 3)).toEqual([
      '  calm-fox-1 waits for brisk-otter-4f2a (#7), 2 min: port:1',
      '  human waits, 1 min: port:1, p:a\\nb',
    ]);
    expect(render('Status', { ...status, waiters: [] }, page)).not.toContain('Waiting');
  });

  test('show which requests are open, in the status first of all', () => {
    const none = { totalCount: 0, nodes: [] };
    const request = { ...message, type: 'REQUEST', subject: 'Please rebase', open: true };
    expect(render('Inbox', list([request, { ...request, open: false }]), page)).toMatch(
      /^#12 request \(open\) from .*\n[^#]*#12 request \(answered\) from /,
    );
    const { open: _, ...plain } = request;
    expect(render('Watch', { cursor: 'c', message: plain }, page)).toMatch(/^#12 request from /);
    const viewer = { kind: 'OPERATOR', name: 'human' };
    const status = {
      ...{ viewer, unread: null, instances: none, blockers: none, messages: none, log: none },
      waiters: [],
    };
    const lines = (requests: object): string[] => render('Status', { ...status, requests }, page).split('\n');
    expect(lines({ totalCount: 12, nodes: [request] }).slice(2, 5)).toEqual([
      'Open requests (1 of 12)',
      '  #12 request (open) from brisk-otter-4f2a (doc-db-v2) to @all, 3 min ago: Please rebase',
      'No open blockers.',
    ]);
    expect(lines(none).join()).not.toContain('requests');
  });

  test('tell of a holder that has been silent for long', () => {
    const line = (minutes: number): string =>
      render('Blockers', list([held('7', { holder: { lastSeenAt: ago(minutes) } })]), page);
    expect(line(12)).toContain(' for 3 min, to @all, silent for 12 min: Editing .env\n');
    expect(line(4)).not.toContain('silent');
    expect(render('Blockers', list([held('7', { heldBy: 'human', holder: null })]), page)).not.toContain('silent');
  });

  test('show what a memory is tied to and its earlier versions under their headings', () => {
    const memory = {
      ...{ id: '42', project: { name: 'p' }, global: false, type: 'ISSUE', title: 'T', content: 'C', status: 'ACTIVE' },
      ...{ tags: [], files: [], from: 'human', version: 2, createdAt: ago(9), updatedAt: ago(3) },
    };
    const other = { id: '17', type: 'FIX', title: 'F', status: 'ACTIVE' };
    const links = [{ kind: 'FIXES', direction: 'INCOMING', createdAt: ago(1), memory: other }];
    const before = { ...{ version: 1, title: 'Old', content: '', status: 'ACTIVE' }, from: 'human', createdAt: ago(9) };
    const source = { id: '7', from: 'keen-ibis-77aa', type: 'DONE', subject: 'S', createdAt: ago(4) };
    const citedBy = { totalCount: 1, nodes: [{ ...source, id: '8' }] };
    const revisions = { totalCount: 1, nodes: [{ ...before, tags: [], files: [] }] };
    expect(
      render('Memory', { ...memory, source, linkCount: 3, links, citedBy, revisions }, page)
        .split('\n')
        .slice(2),
    ).toEqual([
      '  Came from',
      '    #7 done from keen-ibis-77aa, 4 min ago: S',
      '  Links (1 of 3)',
      '    #17 fixes #42 (fix): F',
      '  Cited by (1)',
      '    #8 done from keen-ibis-77aa, 4 min ago: S',
      '  Earlier versions (1)',
      '    version 1 (active) by human, 9 min ago: Old',
      '',
    ]);
  });

  test('name a logged action by its number and kind', () => {
    const event = { ...{ kind: 'LOGGED', at: ago(3), from: 'brisk-otter-4f2a', project: 'p', summary: 'Null filter' } };
    const logEntry = { id: '15', action: 'ISSUE_FOUND', files: [] };
    expect(render('Activity', { ...event, message: null, memory: null, logEntry }, page)).toBe(
      'logged #15 issue_found by brisk-otter-4f2a (p), 3 min ago: Null filter\n',
    );
  });

  test('show what was remembered with its links, and how to close an issue that it fixes', () => {
    const issue = (id: string, status: string): object => ({
      ...{ kind: 'FIXES', direction: 'OUTGOING' },
      memory: { id, type: 'ISSUE', title: 'I', status },
    });
    const remembered = { id: '42', project: { name: 'p' }, type: 'FIX', title: 'F', status: 'ACTIVE' };
    expect(render('Remember', { ...remembered, links: [issue('17', 'ACTIVE'), issue('18', 'RESOLVED')] }, page)).toBe(
      [
        'Remembered #42 (fix, p): F',
        '    #42 fixes #17 (issue): I',
        '    #42 fixes #18 (issue, resolved): I',
        'Issue #17 is still active: clambake update-memory 17 --status resolved\n',
      ].join('\n'),
    );
  });

  test('count the active memories of a project', () => {
    const project = { name: 'p', createdAt: ago(1), instances: { totalCount: 1 }, memories: { totalCount: 2 } };
    expect(render('Projects', list([project]), page)).toBe('p, 1 live instance, 2 active memories\n');
  });

  test('show a message that is read with its times and its conversation', () => {
    const thread: ReadResult['markRead']['messages'][number] = {
      ...message,
      blocker: null,
      replyToId: '7',
      replyTo: { id: '7', from: 'human', subject: 'May I?' },
      cites: [{ id: '42', type: 'FIX', title: 'Pool of 20', status: 'SUPERSEDED' }],
      expiresAt: ago(-60),
      thread: {
        totalCount: 3,
        nodes: [
          { id: '15', from: 'human', type: 'DONE', subject: 'Thanks', createdAt: ago(1) },
          { id: '12', from: message.from, type: 'WARNING', subject: message.subject, createdAt: message.createdAt },
          { id: '7', from: 'human', type: 'REQUEST', subject: 'May I?', createdAt: ago(90) },
        ],
      },
    };
    const lines = render('Read', { count: 1, messages: [thread] }, page).split('\n');
    expect(lines[1]).toMatch(/^ {2}sent 2026-11-2\d \d\d:\d\d:\d\d [+-]\d\d:\d\d, expires 2026-11-2\d /);
    expect(lines[2]).toBe('  cites #42 (fix, superseded): Pool of 20');
    expect(lines.slice(6)).toEqual([
      '  Conversation (3 messages)',
      '  #7 request from human, 1 h ago: May I?',
      '  #12 warning (this one) from brisk-otter-4f2a, 3 min ago: Restarting Docker containers',
      '  #15 done from human, 1 min ago: Thanks',
      '',
    ]);

    const alone = { ...thread, thread: { totalCount: 1, nodes: thread.thread.nodes.slice(1, 2) } };
    expect(render('Read', { count: 1, messages: [alone] }, page)).not.toContain('Conversation');
    const long = { ...thread, thread: { ...thread.thread, totalCount: 80 } };
    expect(render('Read', { count: 1, messages: [long] }, page)).toContain('  Conversation (the latest 3 of 80)\n');
  });

  test('show how far a message has come, in one line and for each instance', () => {
    const receipt = (id: string, state: string, more: object = {}) => ({
      ...{ state, deliveredAt: null, readAt: null },
      instance: { id, project: { name: 'website' }, live: true, lastSeenAt: ago(0), endedAt: null },
      ...more,
    });
    const nodes = [
      receipt('brisk-otter-4f2a', 'READ', { deliveredAt: ago(3), readAt: ago(2) }),
      receipt('calm-fox-1', 'DELIVERED', { deliveredAt: ago(3) }),
      receipt('dull-bee-2', 'STORED'),
    ];
    const told = (more: object, on = page): string =>
      render(
        'Receipts',
        {
          ...{ id: '12', to: '@all', subject: 'Restart\u001b[2J', receiptCounts: { read: 1, delivered: 1, stored: 1 } },
          receipts: { totalCount: 3, pageInfo: { hasNextPage: false, endCursor: null }, nodes },
          ...more,
        },
        on,
      );
    expect(told({}).split('\n')).toEqual([
      '#12 to @all: 1 read, 1 delivered, 1 stored',
      '  subject: Restart\\u{1b}[2J',
      '  brisk-otter-4f2a (website) read 2 min ago, delivered 3 min ago',
      '  calm-fox-1 (website) delivered 3 min ago',
      '  dull-bee-2 (website) stored',
      '',
    ]);
    const more = { receipts: { totalCount: 9, pageInfo: { hasNextPage: true, endCursor: 'c1' }, nodes } };
    expect(told(more)).toContain('6 more: clambake inbox --after c1\n');
    expect(told(more, { ...page, first: false })).not.toContain('#12');
    const [first] = nodes;
    const left = { ...first, instance: { ...first?.instance, live: false, endedAt: ago(60) } };
    expect(told({ receipts: { ...more.receipts, nodes: [left] } })).toContain('delivered 3 min ago, left 1 h ago\n');
    const nobody = { receiptCounts: { read: 0, delivered: 0, stored: 0 }, receipts: { ...more.receipts, nodes: [] } };
    expect(told(nobody)).toContain('#12 to @all: nobody is on it now; it waits for whoever comes\n');
  });

  test('of an operation without a layout of its own are shown field by field, visible too', () => {
    const text = render(
      'SomethingNew',
      { id: '1', tags: ['a', 'b\u001b'], nested: { deep: [{ x: 1, y: null }] }, none: [] },
      page,
    );
    expect(text).toBe('id: 1\ntags:\n  - a\n  - b\\u{1b}\nnested:\n  deep:\n    - x: 1\n      y: none\nnone: none\n');
  });

  test('hold something at a path where an object or an item of a list is there', () => {
    const data = { guard: { clear: true, held: [], list: [{ one: null }, { one: { two: [1] } }] }, none: null };
    expect(
      ['guard', 'guard.list', 'guard.list.one', 'guard.list.one.two'].every((path) => holdsSomething(data, path)),
    ).toBe(true);
    expect(['guard.held', 'guard.held.x', 'none', 'none.x', 'other'].some((path) => holdsSomething(data, path))).toBe(
      false,
    );
  });

  test('hold JSON of the root field alone, without secrets', () => {
    const data = {
      register: { token: 'secret', instance: { id: 'a-b-1' }, list: [{ token: 's' }, { token: 't', x: 1 }] },
    };
    const shown = withoutSecrets(data, ['register.token', 'register.list.token']);
    expect(resultOf(shown)).toEqual({ instance: { id: 'a-b-1' }, list: [{}, { x: 1 }] });
    expect(data.register.token).toBe('secret');
    expect(resultOf({ a: 1, b: 2 })).toEqual({ a: 1, b: 2 });
  });
});

describe('on a terminal', () => {
  test('there is colour, unless NO_COLOR is set to anything', () => {
    expect(paintFor({ isTTY: true }, {})).toBe(coloured);
    expect(paintFor({ isTTY: true }, { NO_COLOR: '' })).toBe(coloured);
    expect(paintFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(plain);
    expect(paintFor({}, {})).toBe(plain);
  });
});

test.each([
  [-2, 'just now'],
  [2, 'in a moment'],
  [-59, '59 s ago'],
  [-200, '3 min ago'],
  [-7200, '2 h ago'],
  [-260_000, '3 d ago'],
  [72_000, 'in 20 h'],
])('a time %i seconds away is "%s"', (seconds, text) => {
  expect(relative(new Date(now + seconds * 1000).toISOString(), now)).toBe(text);
});
