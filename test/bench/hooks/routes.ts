import { ask, operationOf } from '../asking.ts';
import type { Finding } from '../finding.ts';
import { summary } from '../latency.ts';
import type { OwnServer } from '../own-server.ts';
import { registerMembers } from '../requests/members.ts';
import { askFor, hook } from './asking.ts';

/** Milliseconds at the 95th percentile (issue: every route). */
const promised = 10;

/** The time that each route takes, with a floor beside it. */
export async function routeTimes(server: OwnServer, calls: number): Promise<Finding[]> {
  await populate(server);
  const cwd = server.home;
  await hook(server, 'SessionStart', 'timed', cwd, { source: 'startup' });
  const bash = (command: string) => ({ tool_name: 'Bash', tool_input: { command } });
  const cases: Record<string, (index: number) => Promise<unknown>> = {
    'GET /health': () => askFor(server, '/health'),
    'SessionStart, known': () => hook(server, 'SessionStart', 'timed', cwd, { source: 'compact' }),
    'SessionStart, new': (index) => hook(server, 'SessionStart', `new-${index}`, cwd, { source: 'startup' }),
    UserPromptSubmit: () => hook(server, 'UserPromptSubmit', 'timed', cwd, { prompt: 'Go on with the importer' }),
    'PostToolBatch, nothing new': () => hook(server, 'PostToolBatch', 'timed', cwd, { tool_calls: [] }),
    'PreToolUse, Edit': () =>
      hook(server, 'PreToolUse', 'timed', cwd, { tool_name: 'Edit', tool_input: { file_path: `${cwd}/free.ts` } }),
    'PreToolUse, Edit of 100 KB': () =>
      hook(server, 'PreToolUse', 'timed', cwd, {
        tool_name: 'Write',
        tool_input: { file_path: `${cwd}/free.ts`, content: 'x'.repeat(100_000) },
      }),
    'PreToolUse, Bash': () =>
      hook(server, 'PreToolUse', 'timed', cwd, bash('cd src && npm test > out.txt 2>&1 || git stash')),
    Stop: () => hook(server, 'Stop', 'timed', cwd, { stop_hook_active: false }),
    SessionEnd: (index) => hook(server, 'SessionEnd', `new-${index}`, cwd, { reason: 'other' }),
  };
  const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
  for (let index = 0; index < 20; index += 1) for (const call of Object.values(cases)) await call(-index - 1);
  // By turns, so that what else happens on the machine happens to all of them.
  for (let index = 0; index < calls; index += 1) {
    for (const [name, call] of Object.entries(cases)) {
      const sent = performance.now();
      await call(index);
      times.get(name)?.push(performance.now() - sent);
    }
  }
  return [...times].flatMap(([name, taken]): Finding[] => {
    const { p50, p95 } = summary(taken);
    const promise = name.startsWith('GET') ? {} : { promise: { atMost: promised } };
    return [
      { name: `${name}: p50`, value: p50, unit: 'ms' },
      { name: `${name}: p95`, value: p95, unit: 'ms', ...promise },
    ];
  });
}

/** Instances, memories, messages and held resources that a team has. */
async function populate(server: OwnServer): Promise<void> {
  const { endpoint, token } = server;
  const members = await registerMembers(endpoint, token, 'team', 50, { kind: 'hook', limit: 8 });
  const [remember, send] = [operationOf('remember').document, operationOf('send').document];
  for (let index = 0; index < 2000; index += 1) {
    const member = members[index % members.length];
    if (!member) continue;
    const asking = { endpoint, token: member.token };
    await ask(asking, remember, {
      ...{ global: index % 4 === 0, type: index % 4 === 0 ? 'LESSON' : 'FIX', force: true },
      ...(index % 4 === 0 ? {} : { project: `project-${index % 10}` }),
      ...{
        title: `What was found out about part ${index}`,
        content: `Part ${index} is slow when it is cold. `.repeat(8),
      },
    });
    if (index < 280)
      await ask(asking, send, { to: '@all', type: 'INFO', subject: `Note ${index}`, body: 'As it says.' });
    if (index < 20) {
      await ask(asking, send, {
        to: '@all',
        type: 'BLOCKER',
        subject: `Held ${index}`,
        resource: [`port:${5000 + index}`],
      });
    }
  }
}
