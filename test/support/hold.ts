import type { Agent, Caller } from './server.ts';

/** Sends a blocker that holds resources. */
export const sendBlocker = `mutation ($to: String! = "@all", $subject: String! = "Editing", $resources: [String!], $for: Duration, $wait: Duration, $clientKey: String) {
  sendMessage(to: $to, type: BLOCKER, subject: $subject, resources: $resources, for: $for, wait: $wait, clientKey: $clientKey) {
    message { id blocker { id resources expiresAt open } }
  }
}`;

/** A blocker that was opened. */
export interface OpenedBlocker {
  id: string;
  resources: string[];
  expiresAt: string | null;
  open: boolean;
}

/** Holds resources, or fails. */
export async function hold(
  agent: Caller,
  resources: string[],
  more: Record<string, unknown> = {},
): Promise<OpenedBlocker> {
  const { sendMessage } = await agent.do<{ sendMessage: { message: { blocker: OpenedBlocker } } }>(sendBlocker, {
    ...{ resources, ...more },
  });
  return sendMessage.message.blocker;
}

/** Ends a blocker of its own. */
export async function release(agent: Caller, id: string, reason?: string): Promise<void> {
  await agent.do('mutation ($id: ID!, $reason: String) { releaseBlocker(id: $id, reason: $reason) { open } }', {
    ...{ id, reason },
  });
}

/** What a look at resources says. */
export interface Guard {
  clear: boolean;
  resources: string[];
  held: { resource: string; blocker: { id: string; heldBy: string } }[];
}

/** Looks whether resources may be touched. */
export async function guard(agent: Caller, resources: string[], wait?: string): Promise<Guard> {
  const { guard } = await agent.do<{ guard: Guard }>(
    `query ($resources: [String!]!, $wait: Duration) {
      guard(resources: $resources, wait: $wait) { clear resources held { resource blocker { id heldBy } } }
    }`,
    { resources, wait },
  );
  return guard;
}

/** Who waits, in order. */
export async function waiters(agent: Caller): Promise<{ id: string; from: string; resources: string[] }[]> {
  const { status } = await agent.do<{ status: { waiters: { id: string; from: string; resources: string[] }[] } }>(
    '{ status { waiters { id from resources } } }',
  );
  return status.waiters;
}

/** A request that can be broken off, as by Ctrl-C. */
export function holdAborted(agent: Agent, resources: string[], wait: string, signal: AbortSignal): Promise<string> {
  return fetch(`${agent.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: sendBlocker, variables: { resources, wait } }),
    signal,
  }).then((response) => response.text());
}
