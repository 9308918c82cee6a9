import { ask } from '../client/client.ts';
import type { Actor } from '../identity/acting.ts';
import { blockerText, type Plan, warningText } from './plan.ts';

const warn = `mutation Warn($to:String!,$subject:String!,$body:String!,$wait:Duration,$clientKey:String){
  sendMessage(to:$to,type:WARNING,subject:$subject,body:$body,wait:$wait,clientKey:$clientKey){
    message{id}objection{id from type subject body}
  }
}`;

const opened = 'id blocker{open openedAt expiresAt resources}';

const open = `mutation Hold($to:String!,$subject:String!,$body:String!,$resources:[String!],$for:Duration,$wait:Duration,$clientKey:String){
  sendMessage(to:$to,type:BLOCKER,subject:$subject,body:$body,resources:$resources,for:$for,wait:$wait,clientKey:$clientKey){
    message{${opened}}
  }
}`;

const find = `query Held($clientKey:String!){sentMessage(clientKey:$clientKey){${opened}}}`;

const done = `mutation Done($to:String!,$subject:String!,$body:String!,$replyTo:ID,$clientKey:String){
  sendMessage(to:$to,type:DONE,subject:$subject,body:$body,replyTo:$replyTo,clientKey:$clientKey){
    message{id}endedBlocker{id}
  }
}`;

const beat = 'mutation Beat{heartbeat{id}}';

/** What somebody has against a warning. */
export interface Objection {
  id: string;
  from: string;
  type: string;
  subject: string;
  body: string;
}

/** A blocker that stands. */
export interface Held {
  id: string;
  /** ISO 8601; null where it lasts until its `done`. */
  expiresAt: string | null;
  resources: string[];
  /** Milliseconds from its beginning to that time. The clocks of two machines differ, their lengths of time do not. */
  lasts: number | null;
}

interface Sent<Extra> {
  sendMessage: { message: { id: string } } & Extra;
}

interface Opened {
  id: string;
  blocker: Omit<Held, 'id' | 'lasts'> & { open: boolean; openedAt: string };
}

function heldIn({ id, blocker: { openedAt, expiresAt, resources } }: Opened): Held {
  const lasts = expiresAt === null ? null : Date.parse(expiresAt) - Date.parse(openedAt);
  return { id, expiresAt, resources, lasts };
}

/** What a run asks of the server. Each request has a key: made again, also by another process, it is the same one. */
export class Requests {
  readonly #plan: Plan;
  readonly #connect: () => Promise<Actor>;

  /** @param connect finds the server, which may have moved since the last time, and acts as whoever runs the command */
  constructor(plan: Plan, connect: () => Promise<Actor>) {
    this.#plan = plan;
    this.#connect = connect;
  }

  /**
   * Sends the warning and waits for what somebody has against it.
   * @param notice a length of time such as `10s`, of so many milliseconds
   * @throws CliError, and the reason of the signal
   */
  async warn(notice: string, milliseconds: number, signal: AbortSignal) {
    const variables = { ...this.#address, body: warningText(this.#plan, notice), clientKey: this.#key('warning') };
    const data = await this.#ask(warn, variables, { patience: { milliseconds, signal } });
    const { message, objection } = (data as unknown as Sent<{ objection: Objection | null }>).sendMessage;
    return { id: message.id, objection };
  }

  /**
   * Opens the blocker, in its turn.
   * @param milliseconds to wait in line
   * @throws CliError, BLOCKED among others; the reason of the signal
   */
  async open(milliseconds: number, signal: AbortSignal): Promise<Held> {
    const waits = milliseconds > 0;
    const data = await this.#ask(open, this.#hold, waits ? { patience: { milliseconds, signal } } : {});
    return heldIn((data as unknown as { sendMessage: { message: Opened } }).sendMessage.message);
  }

  /**
   * Finds the blocker that {@link Requests.open} has opened, where its answer was lost.
   * @returns undefined where there is none, or it has ended
   */
  async find(): Promise<Held | undefined> {
    const data = await this.#ask(find, { clientKey: this.#key('blocker') }, { start: false });
    const message = data.sentMessage as Opened | null;
    return message?.blocker.open ? heldIn(message) : undefined;
  }

  /**
   * Says that it is done.
   * @param start whether a server that does not run is started for it
   * @returns the number of the message, and whether it ended the blocker
   * @throws CliError
   */
  async done(blocker: string, body: string, start: boolean): Promise<{ id: string; ended: boolean }> {
    const variables = { ...this.#address, body, replyTo: blocker, clientKey: this.#key('done') };
    const data = await this.#ask(done, variables, { start });
    const { message, endedBlocker } = (data as unknown as Sent<{ endedBlocker: object | null }>).sendMessage;
    return { id: message.id, ended: endedBlocker !== null };
  }

  /** Gives a sign of life, so that what is held stays held. The operator needs none. @throws CliError */
  async beat(): Promise<void> {
    await this.#ask(beat, {}, { start: false, onlyInstance: true });
  }

  get #address(): Record<string, unknown> {
    return { to: this.#plan.to, subject: this.#plan.subject };
  }

  get #hold(): Record<string, unknown> {
    const { resources, lasts } = this.#plan;
    return { ...this.#address, body: blockerText(this.#plan), resources, for: lasts, clientKey: this.#key('blocker') };
  }

  #key(of: string): string {
    return `during-${this.#plan.run}-${of}`;
  }

  async #ask(
    document: string,
    variables: Record<string, unknown>,
    how: { patience?: { milliseconds: number; signal: AbortSignal }; start?: boolean; onlyInstance?: boolean },
  ): Promise<Record<string, unknown>> {
    const actor = await this.#connect();
    if (how.onlyInstance && actor.instance === undefined) return {};
    const patience = how.patience && {
      variable: 'wait',
      until: Date.now() + how.patience.milliseconds,
      signal: how.patience.signal,
    };
    return actor.act(
      (url, token, vouch) =>
        ask({ url, token, document, variables, mutation: document !== find, repeatable: true, patience, vouch }),
      how.start ?? true,
    );
  }
}
