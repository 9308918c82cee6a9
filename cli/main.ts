import manifest from '../package.json' with { type: 'json' };
import { localCommands } from './commands/local.ts';
import { ExitCode } from './exit.ts';
import { commands } from './generated/commands.ts';
import { type Call, readCommandLine } from './line/command.ts';

/** Whether this was a request of the server's, once it is answered: what such a request needs is what most commands need. */
export const asked: Promise<boolean> = main(process.argv.slice(2));

// What a command does not need is not run, since most of a short command's time is loading: hence every import() here.
async function main(args: string[]): Promise<boolean> {
  try {
    const call = await readCommandLine(args, {
      commands,
      locals: localCommands,
      version: manifest.version,
      readStdin: async (term) => (await import('./line/stdin.ts')).readStdin(term),
      width: process.stdout.columns,
    });
    process.exitCode = await answer(call);
    return call.kind === 'operation' && process.exitCode === ExitCode.done;
  } catch (error) {
    // A hook of Claude Code that ends with another code stops or disturbs what the session is about to do.
    if (args[0] === 'hook') return false;
    const { report } = await import('./output/report.ts');
    // What stands behind -- is another program's.
    const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
    process.exitCode = report(error, own.includes('--json'));
    return false;
  }
}

async function answer(call: Call): Promise<number> {
  switch (call.kind) {
    case 'operation': {
      const { run } = await import('./run.ts');
      return run(call.command, call.variables, call.globals, call.options);
    }
    case 'local':
      return (await call.row.load())(call.input);
    case 'text': {
      const { print } = await import('./output/stream.ts');
      await print(call.text);
      return ExitCode.done;
    }
  }
}
