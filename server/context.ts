import type { Logger } from 'pino';
import { human } from './address.ts';
import type { Freed } from './blocker/freed.ts';
import type { Database } from './database/client.ts';
import type { Activities } from './delivery/activity.ts';
import type { News } from './delivery/news.ts';
import type { Tails } from './delivery/tails.ts';
import { ClambakeError, forbidden } from './errors.ts';
import type { LiveTokens } from './instance/live-tokens.ts';
import type { TokenCache } from './instance/token-cache.ts';
import type { DeliveredReceipts } from './message/delivered.ts';
import type { Outbox } from './message/outbox.ts';
import type { WordCounter } from './recall/word-counts.ts';
import type { SecretRules } from './secret/rules.ts';

/** An instance that asks, as its token says; it can act as nobody else. */
export interface InstanceViewer {
  kind: 'instance';
  id: string;
  projectId: number;
  projectName: string;
  /** SHA-256 of the token it asks with. */
  tokenHash: Buffer;
  /** The channels it listens to: `@all`, its project's, its own. */
  channelIds: number[];
}

/** The holder of the server's token: registers instances, sees all, sends as `human`. */
export interface OperatorViewer {
  kind: 'operator';
}

/** Who is asking. */
export type Viewer = InstanceViewer | OperatorViewer;

/** What stands behind every operation of one server. */
export interface Services {
  database: Database;
  tails: Tails;
  receipts: DeliveredReceipts;
  outbox: Outbox;
  freed: Freed;
  liveTokens: LiveTokens;
  tokens: TokenCache;
  activities: Activities;
  words: WordCounter;
  news: News;
  secrets: SecretRules;
  log: Logger;
  /** Milliseconds without a sign of life after which an instance is stale. */
  staleAfter: number;
}

/** What a resolver gets: who is asking, and the server's services. */
export interface Context extends Services {
  viewer: Viewer;
  /** Aborted when nobody waits for the operation any more. */
  signal: AbortSignal;
}

/** The instance id of whoever asks; null for the human, as in the columns that name an author. */
export const authorId = ({ viewer }: Context): string | null => (viewer.kind === 'instance' ? viewer.id : null);

/** The name that whoever asks signs with. */
export const signature = (context: Context): string => authorId(context) ?? human;

/**
 * The instance that asks.
 * @throws ClambakeError NOT_REGISTERED where the operator asks for what only an instance has
 */
export function requireInstance({ viewer }: Context, what: string): InstanceViewer {
  if (viewer.kind === 'instance') return viewer;
  throw new ClambakeError(
    'NOT_REGISTERED',
    `Only a registered instance has ${what}, and this token is the operator's: register first, then ask with the instance's token.`,
  );
}

/**
 * Refuses instances.
 * @throws ClambakeError FORBIDDEN
 */
export function requireOperator({ viewer }: Context, what: string): void {
  if (viewer.kind === 'operator') return;
  throw forbidden(`${viewer.id} may not ${what}: that takes the server's token (on the command line: --as human).`);
}
