/**
 * What one caller may ask of the server. Every figure holds on HTTP, SSE and WebSocket alike.
 * A message or a memory is up to 64 KiB of text, which JSON can double: a body of 256 KiB holds it with room to spare.
 */
export const limits = {
  /** Bytes in the body of a request, and in one frame of a WebSocket. */
  bodyBytes: 256 * 1024,
  /** Bytes of what Claude Code gives a hook: a file that is written is in it, whole. */
  hookBytes: 16 * 1024 * 1024,
  /** Milliseconds until a hook is answered with nothing: it lets pass at 2 s by itself (issue: bad input). */
  hook: 1500,
  /** Levels of fields in an operation. Introspection is measured by graphql's own rule instead. */
  depth: 10,
  /** Aliases in an operation. */
  aliases: 15,
  /** Directives in an operation. */
  directives: 5,
  /** Lexical tokens in a document. GraphiQL's introspection has about 400. */
  tokens: 2000,
  /**
   * Objects an operation may bring back, were every page full; each page counts for ten more. 100 messages, each with 50 of its
   * conversation, are 6,810, which take a second or two.
   */
  nodes: 7000,
  /** Operations that run at the same time on one WebSocket. */
  operationsPerSocket: 64,
  /** Open WebSockets. */
  sockets: 10_000,
  /** Open SSE streams. */
  streams: 10_000,
  /** Milliseconds until a WebSocket must have sent connection_init. */
  initialise: 5_000,
  /** Milliseconds between pings on a WebSocket; one that has not answered by the next is cut. */
  ping: 12_000,
  /** Milliseconds a reader may leave what was sent to it unread. */
  stall: 30_000,
  /** Bytes that may wait for a reader of a WebSocket. */
  unread: 4 * 1024 * 1024,
  /** Milliseconds a request may take to arrive. */
  arrival: 30_000,
  /** Milliseconds the database has to answer a health check. */
  health: 5_000,
} as const;

/** The limits that a test may lower to reach them. */
export type Limits = { readonly [name in keyof typeof limits]: number };
