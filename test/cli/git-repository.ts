import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTestHome } from '../support/home.ts';
import { program, type Said, start } from '../support/program.ts';

/** A git repository of a test's own, in a folder beside which others find place. */
export class TestRepository {
  /** The folder that all of the test lies in; it is CLAMBAKE_HOME too. */
  readonly base: string;
  readonly root: string;
  /** What git and the command line see of Clambake. */
  readonly env: Record<string, string>;
  readonly #remove: () => Promise<void>;

  private constructor(base: string, root: string, env: Record<string, string>, remove: () => Promise<void>) {
    this.base = base;
    this.root = root;
    this.env = env;
    this.#remove = remove;
  }

  /** @param name the folder's, which the project is called after */
  static async create(name: string, env: Record<string, string> = {}): Promise<TestRepository> {
    const { path: base, remove } = await createTestHome();
    const root = join(base, name);
    await mkdir(root);
    const repository = new TestRepository(base, root, { CLAMBAKE_HOME: join(base, 'home'), ...env }, remove);
    await repository.does('init', '-q', '-b', 'main');
    return repository;
  }

  remove(): Promise<void> {
    return this.#remove();
  }

  /** Runs git, whatever comes of it. Nothing of the machine's own settings counts. */
  git(
    args: string[],
    { env = {}, cwd = this.root }: { env?: Record<string, string>; cwd?: string } = {},
  ): Promise<Said> {
    const who = {
      GIT_AUTHOR_NAME: 'Ann',
      GIT_AUTHOR_EMAIL: 'a@b.c',
      GIT_COMMITTER_NAME: 'Ann',
      GIT_COMMITTER_EMAIL: 'a@b.c',
    };
    const settings = { GIT_CONFIG_GLOBAL: join(this.base, 'gitconfig'), GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
    return start(['git', ...args], { cwd, env: { ...settings, ...who, ...this.env, ...env } }).ended;
  }

  /** Runs git, which is expected to work, and gives what it prints. */
  async does(...args: string[]): Promise<string> {
    const said = await this.git(args);
    if (said.code !== 0) throw new Error(`git ${args.join(' ')}: ${said.stdout}${said.stderr}`);
    return said.stdout;
  }

  /** Runs the built command line. */
  clambake(
    args: string[],
    { env = {}, cwd = this.root }: { env?: Record<string, string>; cwd?: string } = {},
  ): Promise<Said> {
    return start([process.execPath, program, ...args], { cwd, env: { CLAMBAKE_AUTOSTART: '0', ...this.env, ...env } })
      .ended;
  }

  /** Writes a file and stages it. */
  async stage(path: string, text = `${Math.random()}\n`): Promise<void> {
    await this.write(path, text);
    await this.does('add', '--', path);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.root, path)), { recursive: true });
    await writeFile(join(this.root, path), text);
  }

  /** Writes a hook. */
  async hook(name: string, text: string, folder = '.git/hooks'): Promise<string> {
    const path = join(this.root, folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await chmod(path, 0o755);
    return path;
  }

  /** Makes a bare repository that is pushed to as `origin`. */
  async origin(): Promise<string> {
    const path = join(this.base, 'origin.git');
    await this.does('init', '-q', '--bare', path);
    await this.does('remote', 'add', 'origin', path);
    return path;
  }

  /** Removes a file or folder of it. */
  delete(path: string): Promise<void> {
    return rm(join(this.root, path), { recursive: true });
  }
}
