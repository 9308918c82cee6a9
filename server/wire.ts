import { randomUUID } from 'node:crypto';
import { Freed } from './blocker/freed.ts';
import type { Config } from './config.ts';
import type { Services } from './context.ts';
import type { ConnectedDatabase } from './database/connect.ts';
import { Activities } from './delivery/activity.ts';
import { Announcer } from './delivery/announcer.ts';
import { type Heard, Listener } from './delivery/listener.ts';
import { News } from './delivery/news.ts';
import { Tails } from './delivery/tails.ts';
import { sharedBy } from './front/host.ts';
import { LiveTokens } from './instance/live-tokens.ts';
import { signEvery } from './instance/presence.ts';
import { TokenCache } from './instance/token-cache.ts';
import type { Logger } from './logger.ts';
import { DeliveredReceipts } from './message/delivered.ts';
import { Outbox } from './message/outbox.ts';
import { WordCounter } from './recall/word-counts.ts';
import { SecretRules } from './secret/rules.ts';

/** The services of one server, joined up. */
export interface Wired {
  services: Services;
  /** Fields for GET /health. */
  health(): Record<string, unknown>;
  /** Ends what goes on by itself. */
  quieten(): Promise<void>;
}

/** Milliseconds for which it is known whose a token is, where no other server can revoke it. */
const tokensKnownFor = 1000;

/**
 * Joins up what stands behind the operations of one server. On a database that other servers may use it also tells them what
 * was committed, and hears from them; the embedded one has no other.
 * @param token the server's access token, which nobody shall store
 */
export function wire(config: Config, token: string, { database, url }: ConnectedDatabase, log: Logger): Wired {
  const { pool } = database;
  const tails = new Tails(pool, log);
  const activities = new Activities();
  const freed = new Freed();
  const liveTokens = new LiveTokens(pool, log, config.staleAfter);
  const shared = config.databaseUrl !== undefined;
  const tokens = new TokenCache(shared ? 0 : Math.min(tokensKnownFor, signEvery(config.staleAfter)));
  const heard: Heard = {
    message(channelIds) {
      for (const channelId of channelIds) tails.wake(channelId);
    },
    revoked() {
      tokens.forget();
      liveTokens.check();
    },
    activity(event) {
      activities.publish(event);
      if (event.kind === 'BLOCKER_ENDED') freed.tell();
    },
    resumed() {
      void tails.wakeAll();
      freed.tell();
      liveTokens.check();
    },
  };
  const origin = randomUUID();
  const announcer = shared ? new Announcer(pool, log, origin) : undefined;
  const listener = shared ? new Listener({ url, origin, heard, log }) : undefined;
  listener?.start();
  return {
    services: {
      database,
      tails,
      activities,
      receipts: new DeliveredReceipts(pool),
      outbox: new Outbox(pool),
      freed,
      words: new WordCounter(pool),
      liveTokens,
      tokens,
      news: new News(heard, announcer),
      secrets: new SecretRules(token, sharedBy(config)),
      log,
      staleAfter: config.staleAfter,
    },
    health: () => listener?.health ?? {},
    async quieten() {
      tails.close();
      liveTokens.close();
      await announcer?.close();
      await listener?.close();
    },
  };
}
