import { type Endpoint, type Member, must } from '../../faults/client.ts';
import { atOnce } from '../at-once.ts';

/**
 * Registers instances on a project.
 * @param kind what they are told apart by from others on the same server
 * @param limit how many at a time
 */
export function registerMembers(
  endpoint: Endpoint,
  token: string,
  project: string,
  count: number,
  { kind = 'member', limit = 1 }: { kind?: string; limit?: number } = {},
): Promise<Member[]> {
  return atOnce(count, limit, async (number) => {
    const { register } = await must<{ register: { token: string; instance: { id: string } } }>(
      endpoint,
      token,
      `mutation ($project: String!, $key: String!) {
        register(project: $project, directory: "/work", sessionKey: $key) { token instance { id } }
      }`,
      { project, key: `${kind}-${number}` },
    );
    return { id: register.instance.id, token: register.token, project };
  });
}

/** Sends messages to everybody, one after the other. */
export async function sendToAll(endpoint: Endpoint, { token }: Member, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await must(
      endpoint,
      token,
      'mutation ($subject: String!, $body: String!) { sendMessage(to: "@all", subject: $subject, body: $body) { addressedTo } }',
      { subject: `Migration ${number} is in`, body: 'The pool of connections is larger now: 20 instead of 10.' },
    );
  }
}
