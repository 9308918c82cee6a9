import { createHash } from 'node:crypto';

/** The hooks that Clambake has. */
export const hookNames = ['pre-push', 'pre-commit'] as const;
export type HookName = (typeof hookNames)[number];

/** What the name of a hook that was there before ends in. */
export const beforeSuffix = '.before-clambake';

/** What a hook calls. */
export interface Program {
  /** The path of Node. */
  node: string;
  /** The path of the command line's main file. */
  cli: string;
}

/**
 * The hook as it is written: a script for any POSIX shell, which is also what Git for Windows runs hooks with. It runs the
 * hook that was there before, then the check. Where the check cannot be made, it lets pass.
 */
export function hookScript(name: HookName, program: Program): string {
  const rest = [
    '# Made by `clambake git-hooks install`. `clambake git-hooks remove` takes it away and puts back the hook that was here before:',
    `# ${name}${beforeSuffix}, which runs first. Its failure is the failure of this one.`,
    `node=${quoted(program.node)}`,
    `cli=${quoted(program.cli)}`,
    ...runBefore(name),
    ...(name === 'pre-push' ? passRefs : []),
    `if [ -f "$before" ] && [ -x "$before" ]; then ${name === 'pre-push' ? 'refs | ' : ''}run_before "$@" || exit; fi`,
    ...runCheck(name),
  ];
  const text = rest.map((line) => `${line}\n`).join('');
  return `#!/bin/sh\n${marker(name)}${digest(text)}\n${text}`;
}

/** @returns whether a text is Clambake's hook, and if so whether it is as it was written; undefined for any other text */
export function readHook(name: HookName, text: string): 'ours' | 'edited' | undefined {
  // git may have changed the ends of lines, where hooks are kept in the work tree.
  const [first, second = '', ...rest] = text.replaceAll('\r\n', '\n').split('\n');
  if (!second.startsWith(marker(name))) return undefined;
  const whole = first === '#!/bin/sh' && second === `${marker(name)}${digest(rest.join('\n'))}`;
  return whole ? 'ours' : 'edited';
}

const marker = (name: HookName): string => `# clambake git-hook ${name} `;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** A word of a shell script; the shell of Git for Windows takes paths with `/`. */
function quoted(path: string): string {
  const text = process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Runs the earlier hook with the arguments of this one. Some find out from `$0` which hook they are (husky's do, and do nothing
 * where they do not know the name): to a script of the plain shell it is what it was. Another program only sees its new name.
 */
const runBefore = (name: HookName): string[] => [
  `before="\${0%/*}/${name}${beforeSuffix}"`,
  'run_before() {',
  '  first=',
  '  { IFS= read -r first <"$before"; } 2>/dev/null',
  `  as_before='before=$1; shift; . "$before"'`,
  '  case $first in',
  `    '#!/bin/sh' | '#! /bin/sh') /bin/sh -c "$as_before" "$0" "$before" "$@" ;;`,
  `    '#!/usr/bin/env sh') sh -c "$as_before" "$0" "$before" "$@" ;;`,
  '    *) "$before" "$@" ;;',
  '  esac',
  '}',
];

/** What is pushed comes on standard input, for both hooks. One that does not read all of it is no fault. */
const passRefs = ['refs=$(cat)', `refs() { [ -z "$refs" ] || printf '%s\\n' "$refs" 2>/dev/null; }`];

const runCheck = (name: HookName): string[] => [
  '[ -x "$node" ] || node=node',
  'if [ -f "$cli" ] && command -v "$node" >/dev/null 2>&1; then',
  '  check() { "$node" "$cli" "$@"; }',
  'elif command -v clambake >/dev/null 2>&1; then',
  '  check() { clambake "$@"; }',
  'else',
  `  echo "clambake: neither $cli nor a clambake on PATH is there: nothing was checked. Put it back, or delete $0." >&2`,
  '  exit 0',
  'fi',
  name === 'pre-push' ? 'refs | check git-hook pre-push' : 'check git-hook pre-commit </dev/null',
  'code=$?',
  '# 3: stopped. Whatever else keeps the check from being made stops nobody.',
  'case $code in 0 | 3) exit "$code" ;; esac',
  'echo "clambake: the check ended with exit code $code: nothing was checked." >&2',
  'exit 0',
];
