import { baseName, type Call, files, folderOf, pathIn, resources, type Touch, type Words } from './call.ts';
import { has, type Options, readOptions, type Syntax } from './options.ts';

/** The containers, projects and services that a call of Docker, Podman or systemd changes; undefined for any other program. */
export function serviceTouches(call: Call): Touch[] | undefined {
  const isDocker = /^(docker|podman)(-compose)?$/.test(call.name);
  if (isDocker && elsewhere.some((name) => call.variables.has(name))) return [];
  switch (call.name) {
    case 'docker':
    case 'podman':
      return dockerTouches(call);
    case 'docker-compose':
    case 'podman-compose':
      return composeTouches(call, call.name);
    case 'systemctl':
      return systemTouches(call);
    default:
      return undefined;
  }
}

/** Variables that may name another machine. */
const elsewhere = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'CONTAINER_HOST'];

function dockerTouches(call: Call): Touch[] {
  // Options before the subcommand may name another machine.
  const args = call.args[0] === 'container' ? call.args.slice(1) : call.args;
  const [name] = args;
  if (name === 'compose') return composeTouches({ ...call, args: args.slice(1) }, `${call.name} compose`);
  if (name === undefined || !Object.hasOwn(containerSyntax, name)) return [];
  const options = readOptions(args.slice(1), containerSyntax[name] ?? {});
  return has(options, 'help') ? [] : resources('docker', options.words, `${call.name} ${name}`);
}

const stopSyntax: Syntax = { valued: 'ts', long: ['time', 'timeout', 'signal'] };
const containerSyntax: Readonly<Record<string, Syntax>> = {
  restart: stopSyntax,
  stop: stopSyntax,
  kill: { valued: 's', long: ['signal'] },
  // Podman's has a time.
  rm: { valued: 't', long: ['time'] },
  start: { long: ['detach-keys', 'checkpoint', 'checkpoint-dir'] },
  pause: {},
  unpause: {},
  update: {
    valued: 'cm',
    long: [
      'blkio-weight',
      'cpu-period',
      'cpu-quota',
      'cpu-rt-period',
      'cpu-rt-runtime',
      'cpu-shares',
      'cpus',
      'cpuset-cpus',
      'cpuset-mems',
      'memory',
      'memory-reservation',
      'memory-swap',
      'pids-limit',
      'restart',
    ],
  },
};

/** Options of each subcommand that takes something into use; any other one only looks. */
const composeSyntax: Readonly<Record<string, Syntax>> = {
  up: {
    valued: 't',
    long: ['timeout', 'scale', 'attach', 'no-attach', 'exit-code-from', 'pull', 'wait-timeout'],
  },
  down: { valued: 't', long: ['timeout', 'rmi'] },
  build: {
    valued: 'm',
    long: ['memory', 'build-arg', 'builder', 'progress', 'ssh', 'provenance', 'sbom'],
  },
  restart: { valued: 't', long: ['timeout'] },
  stop: { valued: 't', long: ['timeout'] },
  start: { long: ['wait-timeout'] },
  kill: { valued: 's', long: ['signal'] },
  rm: {},
  pause: {},
  unpause: {},
  create: { long: ['scale', 'pull'] },
  run: {
    valued: 'euwvpl',
    long: [
      'env',
      'env-from-file',
      'user',
      'workdir',
      'volume',
      'publish',
      'label',
      'name',
      'entrypoint',
      'cap-add',
      'cap-drop',
      'pull',
    ],
    first: true,
  },
  scale: {},
  pull: { long: ['policy'] },
  watch: {},
};

const projectSyntax: Syntax = {
  valued: 'fp',
  long: ['file', 'project-name', 'project-directory', 'workdir', 'profile', 'env-file', 'parallel', 'progress', 'ansi'],
  first: true,
};

const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

function composeTouches({ args, folder, variables }: Call, program: string): Touch[] {
  const project = readOptions(args, projectSyntax);
  const [name, ...rest] = project.words;
  if (name === undefined || !Object.hasOwn(composeSyntax, name)) return [];
  const options = readOptions(rest, composeSyntax[name] ?? {});
  // docker-compose names another machine with -H and -c.
  if (has(project, 'H', 'host', 'c', 'context', 'dry-run', 'help') || has(options, 'dry-run', 'help')) return [];
  const by = `${program} ${name}`;
  const words = name === 'run' ? options.words.slice(0, 1) : options.words;
  const services = name === 'scale' ? words.map((word) => word?.split('=')[0]) : words;
  const setup = setupOf(project, folder, variables);
  return [
    ...files(setup.folder, setup.files, by),
    ...resources('docker', [setup.project], by),
    // Services have the same names in every project.
    ...resources('docker', services, by).map((touch) => ({ ...touch, ofProject: true })),
  ];
}

/** Where the files of a project lie, and its name. */
function setupOf(
  options: Options,
  folder: string | undefined,
  variables: Call['variables'],
): { folder: string | undefined; files: Words; project: string | undefined } {
  const given = valuesOf(options, 'f', 'file');
  const directories = valuesOf(options, 'project-directory', 'workdir');
  const directory = directories.length > 0 ? pathIn(folder, directories.at(-1)) : undefined;
  const isElsewhere = variables.has('COMPOSE_FILE') && given.length === 0;
  const names = valuesOf(options, 'p', 'project-name');
  const named = names.length > 0 ? names.at(-1) : variables.get('COMPOSE_PROJECT_NAME');
  const isNamed = names.length > 0 || variables.has('COMPOSE_PROJECT_NAME');
  let home = directories.length > 0 ? directory : folder;
  const searched = home;
  if (directories.length === 0 && given.length > 0 && given[0] !== '-') {
    const path = pathIn(folder, given[0]);
    home = path === undefined ? undefined : folderOf(path);
  }
  if (isElsewhere && directories.length === 0) home = undefined;
  const project = isNamed ? named : home && baseName(home);
  return {
    folder: given.length > 0 ? folder : searched,
    files: given.length > 0 ? given.filter((file) => file !== '-') : isElsewhere ? [] : composeFiles,
    project: project === undefined ? undefined : normalised(project),
  };
}

const valuesOf = ({ values }: Options, ...names: readonly string[]): Words =>
  names.flatMap((name) => values.get(name) ?? []);

/** As Compose makes the name of a project out of any other. */
const normalised = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');

function systemTouches({ args }: Call): Touch[] {
  const options = readOptions(args, {
    valued: 'tpHMnos',
    long: ['type', 'property', 'host', 'machine', 'lines', 'output', 'signal', 'state', 'job-mode', 'root'],
  });
  const [name, ...units] = options.words;
  const isElsewhere = has(options, 'H', 'host', 'M', 'machine', 'root', 'help', 'dry-run');
  if (name === undefined || isElsewhere || !['restart', 'stop', 'start', 'reload'].includes(name)) return [];
  // The same unit with and without.
  const short = units.map((unit) => unit?.replace(/\.service$/, ''));
  return resources('service', short, `systemctl ${name}`);
}
