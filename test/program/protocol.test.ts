import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { Machine } from '../support/program.ts';
import { hasBash, protocolLines } from '../support/protocol.ts';
import { Agent } from '../support/server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A session of an agent: a key and a folder of its own, and what it types there. */
class Session {
  readonly #machine: Machine;
  readonly #key: string;
  readonly folder: string;
  /** Its instance's id, once it has registered. */
  id = '';

  constructor(machine: Machine, key: string, folder: string) {
    this.#machine = machine;
    this.#key = key;
    this.folder = folder;
  }

  /** Types a line and gives what it printed, with names for what differs from run to run. */
  async types(line: string): Promise<{ code: number | null; stdout: string[]; stderr: string[] }> {
    const env = { CLAMBAKE_SESSION: this.#key };
    const said = await this.#machine.shell(line, { cwd: this.folder, env });
    this.id ||= /^Registered as (\S+)/.exec(said.stdout)?.[1] ?? '';
    return { code: said.code, stdout: plain(said.stdout), stderr: plain(said.stderr) };
  }

  /** Types a line that is expected to work and to say nothing beside its result. */
  async sees(line: string): Promise<string[]> {
    const { code, stdout, stderr } = await this.types(line);
    expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: [] });
    return stdout;
  }
}

const scenarios = [
  { database: 'the embedded Postgres', ownDatabase: false },
  { database: 'a Postgres given by DATABASE_URL', ownDatabase: true },
];

let machine: Machine;
let names: [text: string, name: string][] = [];

/** The lines of an output, without what differs from run to run. */
function plain(output: string): string[] {
  let text = output.replace(/just now|\b\d+ (?:s|min) ago/g, 'AGO').replace(/\bin \d+ h\b/g, 'IN');
  for (const [found, name] of names) text = text.replaceAll(found, name);
  return text.split('\n').slice(0, -1);
}

/** A line that says these things in this order, whatever stands between them. */
const line = (...words: string[]): unknown =>
  expect.stringMatching(
    new RegExp(`^ *${words.map((word) => word.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('.*')}`),
  );

describe.skipIf(!hasBash).each(scenarios)('the protocol document, line by line, on $database:', ({ ownDatabase }) => {
  let database: TestDatabase | undefined;
  let one: Session;
  let two: Session;
  let three: Session;
  const lines = [...protocolLines];

  /** The next line of the document, which begins like this, with these values for its placeholders. */
  function next(begin: string, values: Record<string, string> = {}): string {
    const line = lines.shift() ?? '';
    expect(line.slice(0, begin.length)).toBe(begin);
    return line.replace(/<([\w-]+)>/g, (_, name: string) => values[name] ?? '');
  }

  beforeAll(async () => {
    if (ownDatabase) database = await createTestDatabase({ migrated: false });
    machine = await Machine.create(database ? { DATABASE_URL: database.url } : {});
    one = new Session(machine, 'first', await machine.folder('doc-db-v2'));
    two = new Session(machine, 'second', await machine.folder('doc-db-v2-too'));
    three = new Session(machine, 'third', await machine.folder('web'));
    names = [
      [two.folder, 'FOLDER-2'],
      [one.folder, 'FOLDER-1'],
      [three.folder, 'FOLDER-3'],
      [machine.url, 'URL'],
      [machine.home, 'HOME'],
    ];
  });
  afterAll(async () => {
    await machine.close();
    await database?.drop();
  });

  test('the first command starts the server, and says so in one line', async () => {
    const said = await two.types('clambake register --project doc-db-v2 --dir . --model sonnet');
    names.push([two.id, 'TWO']);
    expect(said).toEqual({
      code: 0,
      stdout: [`Registered as ${two.id} on doc-db-v2.`],
      stderr: ['clambake: started a server on URL (log: HOME/server.log)'],
    });
    expect(machine.running()).toEqual({
      server: expect.any(Number),
      postgres: ownDatabase ? undefined : expect.any(Number),
    });
    expect(await three.sees('clambake register --project web')).toEqual([`Registered as ${three.id} on web.`]);
    names.push([three.id, 'THREE']);
  });

  test('what was said and learned before a session starts waits for it', async () => {
    expect(
      await three.sees('clambake send --to doc-db-v2 --type info --subject "New login page" --body "See /login."'),
    ).toEqual(['Sent #1 to doc-db-v2: 1 instance will see it.']);
    expect(
      await two.sees(
        'clambake remember --project doc-db-v2 --type gotcha --title "Ports clash" --content "5432 is taken."',
      ),
    ).toEqual(['Remembered #1 (gotcha, doc-db-v2): Ports clash']);
    expect(
      await three.sees(
        'clambake remember --global --type tool --title "Traefik" --content "It is on 8080." --tags a,b',
      ),
    ).toEqual(['Remembered #2 (tool, global): Traefik']);
  });

  test('1. Session start', async () => {
    const register = next('clambake register', {
      'project-name': 'doc-db-v2',
      'working-dir': one.folder,
      model: 'opus',
    });
    expect(register).toBe(`clambake register --project doc-db-v2 --dir ${one.folder} --model opus`);
    const registered = await one.sees(register);
    expect(registered).toEqual([`Registered as ${one.id} on doc-db-v2.`]);
    names.push([one.id, 'ONE']);

    expect(await one.sees(next('clambake inbox'))).toEqual([
      '#1 info from THREE (web) to doc-db-v2, AGO: New login page',
      '    See /login.',
    ]);
    expect(await one.sees(next('clambake recall --project', { 'project-name': 'doc-db-v2' }))).toEqual([
      '#1 (gotcha, doc-db-v2) by TWO, AGO: Ports clash',
      '    5432 is taken.',
    ]);
    expect(await one.sees(next('clambake recall --global'))).toEqual([
      '#2 (tool, global) by THREE, AGO: Traefik',
      '  tags: a, b',
      '    It is on 8080.',
    ]);
  });

  test('2. During work: a heartbeat', async () => {
    expect(await one.sees(next('clambake heartbeat'))).toEqual(['ONE is busy: Rebuilding email import pipeline']);
    expect(await three.sees('clambake status')).toEqual(
      expect.arrayContaining([
        'You are THREE. No unread messages.',
        'Instances (3)',
        line('ONE', '(doc-db-v2) busy', 'opus, in FOLDER-1: Rebuilding email import pipeline'),
        line('TWO', '(doc-db-v2) active', 'sonnet, in FOLDER-2'),
        line('THREE', '(web) active', 'in FOLDER-3'),
        'No open blockers.',
      ]),
    );
  });

  test('2. During work: warnings before risky operations', async () => {
    expect(await one.sees(next('clambake send --to @all --type warning'))).toEqual([
      'Sent #2 to @all: 2 instances will see it.',
    ]);
    expect(await one.sees(next('clambake send --to @all --type blocker'))).toEqual([
      'Sent #3 to @all: 2 instances will see it.',
    ]);
    const both = [
      '#3 blocker (open) from ONE (doc-db-v2) to @all, AGO: Editing docker-compose.yml for doc-db-v2',
      '    Adding new service. Will rebuild after.',
      '#2 warning from ONE (doc-db-v2) to @all, AGO: Restarting Docker containers',
      '    Taking down doc-db-v2 containers for rebuild. ETA 5 min.',
    ];
    expect(await three.sees('clambake inbox')).toEqual(both);
    expect(await two.sees('clambake inbox --type warning,blocker')).toEqual(both);
    expect(await one.sees('clambake inbox --type warning,blocker')).toEqual(['No unread messages.']);
    expect(await three.sees('clambake status')).toEqual(
      expect.arrayContaining([
        'You are THREE. 2 unread messages: clambake inbox',
        'Open blockers (1)',
        line('#3 held by ONE', 'to @all', ': Editing docker-compose.yml for doc-db-v2'),
      ]),
    );
  });

  test('2. During work: what was discovered is remembered', async () => {
    // The document goes on with memory 42.
    const human = new Agent(machine.url, readFileSync(join(machine.home, 'token'), 'utf8').trim(), 'human');
    for (let id = ''; id !== '41'; ) id = await human.remember('UPDATE', 'Older than all that', { project: 'archive' });

    expect(await one.sees(next('clambake remember --project doc-db-v2 --type issue'))).toEqual([
      'Remembered #42 (issue, doc-db-v2): JMAP null filter crashes query',
    ]);
    expect(await one.sees(next('clambake remember --project doc-db-v2 --type fix'))).toEqual([
      'Remembered #43 (fix, doc-db-v2): JMAP null filter fix',
    ]);
    expect(await one.sees(next('clambake remember --project doc-db-v2 --type decision'))).toEqual([
      'Remembered #44 (decision, doc-db-v2): Chose pypff over readpst',
    ]);
    expect(await one.sees(next('clambake remember --global --type infrastructure'))).toEqual([
      'Remembered #45 (infrastructure, global): Ollama must be running for embeddings',
    ]);
    expect(await two.sees('clambake recall --project doc-db-v2 --type fix,decision')).toEqual([
      '#44 (decision, doc-db-v2) by ONE, AGO: Chose pypff over readpst',
      '  tags: email, pst',
      '    readpst is non-deterministic on large PSTs. pypff gives consistent results.',
      '#43 (fix, doc-db-v2) by ONE, AGO: JMAP null filter fix',
      `    Use 'if filter: params["filter"] = filter' instead of always including it.`,
    ]);
    expect(await three.sees('clambake recall --global')).toEqual([
      '#45 (infrastructure, global) by ONE, AGO: Ollama must be running for embeddings',
      "    Start with 'ollama serve' if not running. Models on F drive.",
      '#2 (tool, global) by THREE, AGO: Traefik',
      '  tags: a, b',
      '    It is on 8080.',
    ]);
  });

  test('2. During work: a significant action is logged', async () => {
    expect(await one.sees(next('clambake log'))).toEqual([
      'Logged #4 (task_completed): Built email import pipeline with PST extraction',
    ]);
    expect(await three.sees('clambake logs')).toEqual([
      '#4 task_completed by ONE (doc-db-v2), AGO: Built email import pipeline with PST extraction',
      '  files: backend/email_import.py, backend/email_client.py',
      '#3 started by ONE (doc-db-v2), AGO: Registered on doc-db-v2.',
      '#2 started by THREE (web), AGO: Registered on web.',
      '#1 started by TWO (doc-db-v2), AGO: Registered on doc-db-v2.',
    ]);
  });

  test('3. Session end', async () => {
    expect(await one.sees(next('clambake deregister'))).toEqual(['ONE has left doc-db-v2.']);
    expect(await three.sees('clambake status')).toEqual([
      'You are THREE. 2 unread messages: clambake inbox',
      'Instances (2)',
      // In the order of their names, which are not known beforehand.
      expect.stringMatching(/ (TWO|THREE) .*active/),
      expect.stringMatching(/ (TWO|THREE) .*active/),
      'No open blockers.',
      'Recent messages (3)',
      '  #3 blocker (ended) from ONE (doc-db-v2) to @all, AGO: Editing docker-compose.yml for doc-db-v2',
      '  #2 warning from ONE (doc-db-v2) to @all, AGO: Restarting Docker containers',
      '  #1 info from THREE (web) to doc-db-v2, AGO: New login page',
      'Recent activity (5)',
      expect.stringMatching(/^ {2}#5 shutdown by ONE \(doc-db-v2\), AGO/),
      '  #4 task_completed by ONE (doc-db-v2), AGO: Built email import pipeline with PST extraction',
      ...[3, 2, 1].map((id) => expect.stringContaining(`#${id} started by`)),
    ]);
    expect(await one.types('clambake inbox')).toEqual({
      code: 4,
      stdout: [],
      stderr: [expect.stringMatching(/^clambake: Not registered here: run `clambake register --project <name>` first/)],
    });
  });

  test('Querying memory, by a session that goes on', async () => {
    const issue = [
      '#42 (issue, doc-db-v2) by ONE, AGO: JMAP null filter crashes query',
      '    Stalwart returns 400 if filter:null is sent. Omit the key entirely.',
    ];
    expect(await two.sees(next('clambake recall --project doc-db-v2 --type issue'))).toEqual(issue);
    const found = await two.sees(next('clambake recall --project doc-db-v2 --search'));
    expect(found).toEqual(expect.arrayContaining(issue));
    expect(found.filter((line) => line.startsWith('#')).map((line) => line.slice(0, 3))).toEqual(['#43', '#42']);
    expect(await two.sees(next('clambake recall --global --type infrastructure'))).toEqual([
      '#45 (infrastructure, global) by ONE, AGO: Ollama must be running for embeddings',
      "    Start with 'ollama serve' if not running. Models on F drive.",
    ]);
    expect((await two.sees(next('clambake status')))[0]).toBe('You are TWO. 3 unread messages: clambake inbox');
  });

  test('Updating memory, by a session that goes on', async () => {
    expect(await two.sees(next('clambake update-memory 42 --status resolved'))).toEqual([
      'Updated #42 (issue, doc-db-v2, resolved): JMAP null filter crashes query',
    ]);
    expect(await three.sees('clambake recall --project doc-db-v2 --type issue')).toEqual(['No memories found.']);
    expect(await two.sees(next('clambake update-memory 42 --content'))).toEqual([
      'Updated #42 (issue, doc-db-v2, resolved): JMAP null filter crashes query',
    ]);
    expect(await two.sees(next('clambake update-memory 42 --status deprecated'))).toEqual([
      'Updated #42 (issue, doc-db-v2, deprecated): JMAP null filter crashes query',
    ]);
    expect(await three.sees('clambake memory 42')).toEqual([
      '#42 (issue, doc-db-v2, deprecated) by ONE, AGO, version 4: JMAP null filter crashes query',
      '    Updated fix: use X instead of Y',
      '  Earlier versions (3)',
      line('version 3 (resolved) by TWO, AGO: JMAP null filter crashes query'),
      line('version 2 (resolved) by TWO, AGO: JMAP null filter crashes query'),
      line('version 1 (active) by ONE, AGO: JMAP null filter crashes query'),
    ]);
  });

  test('no line of the document is left', () => {
    expect(lines).toEqual([]);
  });
});
