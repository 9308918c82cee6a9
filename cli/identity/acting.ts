import type { Config } from '../../server/config.ts';
import { tokenPath } from '../../server/token-file.ts';
import { CliError, ExitCode } from '../exit.ts';
import type { Reach } from '../reach/reach.ts';
import { findIdentity, type Identity } from './identity.ts';
import { liveAmong } from './live.ts';
import { readSession, removeSession, type Session } from './session.ts';

/** What a command is asked with. */
export interface Asking {
  config: Config;
  reach: Reach;
  /** `--as`. */
  as: string | undefined;
  cwd: string;
  environment: NodeJS.ProcessEnv;
}

/** Does things with the server as whoever the command acts as. */
export class Actor {
  readonly #asking: Asking;
  #identity: Identity;

  private constructor(asking: Asking, identity: Identity) {
    this.#asking = asking;
    this.#identity = identity;
  }

  /** @throws CliError (not allowed) where nobody is registered here, or it is not clear who */
  static async find(need: 'instance' | 'operator' | 'any', asking: Asking): Promise<Actor> {
    const { config, reach } = asking;
    const identity = await findIdentity(need, {
      ...asking,
      home: config.home,
      server: reach,
      operatorToken: () => reach.operatorToken(),
      liveAmong: (instances, token) => reach.use((url) => liveAmong(instances, url, token)),
    });
    return new Actor(asking, identity);
  }

  /**
   * Does something with the server, which is started first where it is this home's own and does not run. Registering again
   * renews a token, perhaps in this very moment: then it is done again with the new one.
   * @param action is given the server's address, the token, and {@link Reach.vouch}
   * @param start false: only where it runs already
   * @throws CliError, and whatever `action` throws
   */
  async act<Result>(
    action: (url: string, token: string, vouch: () => Promise<void>) => Promise<Result>,
    start = true,
  ): Promise<Result> {
    const { reach } = this.#asking;
    const vouch = (): Promise<void> => reach.vouch();
    return reach.use(async (url) => {
      try {
        return await action(url, this.#token, vouch);
      } catch (error) {
        if (!isRefusedToken(error)) throw error;
        if (!this.#renew()) throw this.#refused(error, url);
      }
      return action(url, this.#token, vouch).catch((error: unknown) => {
        throw isRefusedToken(error) ? this.#refused(error, url) : error;
      });
    }, start);
  }

  /** The instance that it acts as; undefined for the operator. */
  get instance(): string | undefined {
    return this.#identity.kind === 'instance' ? this.#identity.session.instance : undefined;
  }

  /** The registration of that instance; undefined for the operator. */
  get session(): Pick<Session, 'project' | 'directory'> | undefined {
    return this.#identity.kind === 'instance' ? this.#identity.session : undefined;
  }

  get #token(): string {
    return this.#identity.kind === 'operator' ? this.#identity.token : this.#identity.session.token;
  }

  /** Takes the token that another command has stored meanwhile. */
  #renew(): boolean {
    if (this.#identity.kind === 'operator') return false;
    const { instance, token } = this.#identity.session;
    const session = readSession(this.#asking.config.home, instance);
    if (!session || session.token === token) return false;
    this.#identity = { kind: 'instance', session };
    return true;
  }

  #refused(error: CliError, url: string): CliError {
    const { config, reach } = this.#asking;
    if (this.#identity.kind === 'instance') {
      if (error.code === 'TOKEN_REFUSED') return error;
      const { session } = this.#identity;
      return reach.certain ? ended(session, config.home) : unknownAt(url, session);
    }
    const source = config.token === undefined ? `in ${tokenPath(config.home)}` : 'in CLAMBAKE_TOKEN';
    return new CliError(
      ExitCode.notAllowed,
      'UNAUTHENTICATED',
      `The server at ${url} does not accept the access token ${source}. \`clambake token\` prints the right one where the server runs: set CLAMBAKE_TOKEN to it.`,
    );
  }
}

/** A token was refused by the server itself, or by something in front of it. */
function isRefusedToken(error: unknown): error is CliError {
  return error instanceof CliError && (error.code === 'UNAUTHENTICATED' || error.code === 'TOKEN_REFUSED');
}

/** Forgets a registration whose server itself says that it does not know its token. */
function ended({ instance, project, token }: Session, home: string): CliError {
  removeSession(home, instance, token);
  return new CliError(
    ExitCode.notAllowed,
    'UNAUTHENTICATED',
    `The registration of ${instance} has ended: it deregistered, or the server's database is another one. ` +
      `Register again: \`clambake register --project ${project}\`.`,
  );
}

/** Where another program may have answered, the registration is kept. */
function unknownAt(url: string, { instance, project }: Session): CliError {
  return new CliError(
    ExitCode.notAllowed,
    'UNAUTHENTICATED',
    `What answers at ${url} does not know the registration of ${instance}: either that has ended, or it is another server. ` +
      'The registration is kept. Say with --url or CLAMBAKE_URL which server is meant, or register again: ' +
      `\`clambake register --project ${project}\`.`,
  );
}
