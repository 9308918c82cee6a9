import {
  type AndOr,
  type Assignment,
  type Case,
  type Command,
  type CompoundList,
  type If,
  type Pipeline,
  parse,
  type Redirection,
  type Statement,
  type SyntaxNode,
} from 'unbash';
import { files, mostTouches, pathIn, type Touch, withSettings } from './call.ts';
import { serviceTouches } from './docker.ts';
import { fileTouches } from './files.ts';
import { gitTouches } from './git.ts';
import { changeOf, programOf, scriptOf } from './program.ts';
import { either, ends, isChange, isNegated, join, leaves, type Shell } from './shell.ts';
import { certain, functionsOf, substitutionsIn } from './words.ts';

/** Most scripts within scripts, as in `bash -c 'bash -c …'`. */
const deepest = 3;

/** What a command of a shell touches, each once whatever does it, in the order that it is written in. */
export function commandTouches(command: string, folder: string | undefined): Touch[] {
  const touches = new Map<string, Touch>();
  read(command, { folder, variables: new Map() }, touches, 0);
  return [...touches.values()];
}

function read(text: string, shell: Shell, touches: Map<string, Touch>, depth: number): void {
  const script = parse(text);
  const functions = functionsOf(script);
  if (functions) new Walk(functions, touches, depth).list(script.commands, shell);
}

/** A walk through one script. Nothing is run: each way that a condition may take is gone. */
class Walk {
  readonly #functions: ReadonlySet<string>;
  readonly #touches: Map<string, Touch>;
  readonly #depth: number;

  constructor(functions: ReadonlySet<string>, touches: Map<string, Touch>, depth: number) {
    this.#functions = functions;
    this.#touches = touches;
    this.#depth = depth;
  }

  list(statements: readonly Statement[], shell: Shell): void {
    for (const { command, background } of statements) {
      if (this.#touches.size === mostTouches) return;
      this.#node(command, background ? { ...shell } : shell);
    }
  }

  #add(touches: readonly Touch[]): void {
    for (const touch of touches) {
      if (this.#touches.size === mostTouches) return;
      const key = JSON.stringify({ ...touch, by: '' });
      if (!this.#touches.has(key)) this.#touches.set(key, touch);
    }
  }

  #node(node: Statement['command'] | CompoundList, shell: Shell): void {
    switch (node.type) {
      case 'CompoundList':
        this.list(node.commands, shell);
        break;
      case 'AndOr':
        this.#andOr(node, shell);
        break;
      case 'Pipeline':
        this.#pipeline(node, shell);
        break;
      case 'Command':
        this.#command(node, shell);
        break;
      case 'Redirected':
        for (const redirect of node.redirects) this.#redirect(redirect, shell);
        this.#node(node.command, shell);
        break;
      case 'BraceGroup':
        this.#node(node.body, shell);
        break;
      case 'Subshell':
      case 'Coproc':
        this.#node(node.body, { ...shell });
        break;
      case 'If':
        this.#if(node, shell);
        break;
      case 'Case':
        this.#case(node, shell);
        break;
      case 'While':
        this.#loop([node.clause, node.body], shell);
        break;
      case 'For':
      case 'Select':
        for (const word of node.wordlist ?? []) this.#substitutions(word, shell);
        this.#loop([node.body], shell);
        break;
      case 'ArithmeticFor':
        for (const expression of [node.initialize, node.test, node.update]) {
          if (expression) this.#substitutions(expression, shell);
        }
        this.#loop([node.body], shell);
        break;
      case 'TestCommand':
      case 'ArithmeticCommand':
        this.#substitutions(node, shell);
        break;
      case 'Function':
        // It runs only when called, and who knows with what.
        break;
    }
  }

  /** Both where the last command that ran succeeded and where it failed: `[ -d a ] && cd a; rm b` may remove either. */
  #andOr({ commands, operators }: AndOr, shell: Shell): void {
    let succeeded: Shell | undefined = { ...shell };
    let failed: Shell | undefined;
    for (const [at, command] of commands.entries()) {
      const isElse = operators[at - 1] === '||';
      const before: Shell | undefined = isElse ? failed : succeeded;
      // Never reached: the one before ended the script.
      if (!before) continue;
      const after: Shell = { ...before };
      this.#node(command, after);
      const end = ends(command) ? undefined : after;
      // A cd is taken to succeed, unless what follows is for where it fails.
      const isTaken = isChange(command) && operators[at] !== '||';
      const otherwise = isChange(command) ? (isTaken ? undefined : before) : end;
      failed = isElse ? otherwise : either(failed, otherwise);
      succeeded = isElse ? either(succeeded, end) : end;
    }
    Object.assign(shell, either(succeeded, failed));
  }

  #pipeline({ commands }: Pipeline, shell: Shell): void {
    for (const command of commands) this.#node(command, commands.length > 1 ? { ...shell } : shell);
  }

  #if(node: If, shell: Shell): void {
    const ways: Shell[] = [];
    for (const { clause, then: body } of [node, ...node.elif]) {
      const before = { ...shell };
      this.#node(clause, shell);
      // A cd as the condition: where it fails, the folder stays.
      const way = isNegated(clause) ? before : { ...shell };
      if (!isNegated(clause)) Object.assign(shell, before);
      this.#node(body, way);
      if (!leaves(body)) ways.push(way);
    }
    const otherwise = { ...shell };
    if (node.else) this.#node(node.else, otherwise);
    if (!node.else || !leaves(node.else)) ways.push(otherwise);
    join(shell, ways);
  }

  #case(node: Case, shell: Shell): void {
    this.#substitutions(node.word, shell);
    const ways = [{ ...shell }];
    for (const { body } of node.items) {
      const way = { ...shell };
      this.#node(body, way);
      if (!leaves(body)) ways.push(way);
    }
    join(shell, ways);
  }

  #loop(lists: readonly CompoundList[], shell: Shell): void {
    const way = { ...shell };
    for (const each of lists) this.#node(each, way);
    join(shell, [{ ...shell }, way]);
  }

  /** Each substitution is a shell of its own. */
  #substitutions(node: SyntaxNode, shell: Shell): void {
    for (const { commands } of substitutionsIn(node)) this.list(commands, { ...shell });
  }

  #redirect(redirect: Redirection, shell: Shell): void {
    this.#substitutions(redirect, shell);
    if (redirect.type !== 'Redirect' || !redirect.target || redirect.operator === '<' || redirect.operator === '<&')
      return;
    const target = certain(redirect.target);
    // As in 2>&1 and 3>&-.
    if (redirect.operator === '>&' && /^\d*-?$/.test(target ?? '')) return;
    this.#add(files(shell.folder, [target], '> redirection'));
  }

  #command(node: Command, shell: Shell): void {
    for (const part of [...node.prefix, ...(node.name ? [node.name] : []), ...node.suffix]) {
      if (part.type === 'Assignment' || part.type === 'Word') this.#substitutions(part, shell);
      else this.#redirect(part, shell);
    }
    const settings = node.prefix.filter((part) => part.type === 'Assignment');
    if (!node.name) {
      // Not known to be exported: a command gets it, or it does not.
      shell.variables = withSettings(
        shell.variables,
        settings.map(({ name }) => [name, undefined]),
      );
      return;
    }
    const name = certain(node.name);
    if (name === undefined) return;
    if (this.#functions.has(name)) {
      // Its body may go anywhere.
      shell.folder = undefined;
      return;
    }
    if (name === 'export') {
      const exported = node.args.filter((arg) => arg.type === 'Assignment');
      shell.variables = withSettings(shell.variables, exported.map(settingOf));
      return;
    }
    const program = programOf({
      name,
      args: node.args.map((arg) => (arg.type === 'Word' ? certain(arg) : undefined)),
      folder: shell.folder,
      variables: withSettings(shell.variables, settings.map(settingOf)),
    });
    if (!program) return;
    if (program.isOwn && program.name === 'popd') shell.folder = undefined;
    else if (program.isOwn && (program.name === 'cd' || program.name === 'pushd'))
      shell.folder = pathIn(shell.folder, changeOf(program.args));
    else this.#touch(program, shell);
  }

  #touch(program: Parameters<typeof gitTouches>[0], { folder }: Shell): void {
    const script = scriptOf(program);
    if (script === undefined) {
      const touches = program.name === 'git' ? gitTouches(program) : (fileTouches(program) ?? serviceTouches(program));
      this.#add(touches ?? []);
    } else if (this.#depth < deepest) {
      read(script, { folder, variables: program.variables }, this.#touches, this.#depth + 1);
    }
  }
}

/** What an assignment sets, as far as that is certain. */
function settingOf({ name, value, append, index }: Assignment): [name: string, value: string | undefined] {
  return [name, append || index || value.type === 'ArrayValue' ? undefined : certain(value)];
}
