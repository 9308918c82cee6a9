import { type Endpoint, type Member, must } from '../../faults/client.ts';

/** Registers instances on a project. */
export async function registerMembers(
  endpoint: Endpoint,
  token: string,
  project: string,
  count: number,
): Promise<Member[]> {
  const members: Member[] = [];
  for (let number = 0; number < count; number += 1) {
    const { register } = await must<{ register: { token: string; instance: { id: string } } }>(
      endpoint,
      token,
      `mutation ($project: String!, $key: String!) {
        register(project: $project, directory: "/work", sessionKey: $key) { token instance { id } }
      }`,
      { project, key: `member-${number}` },
    );
    members.push({ id: register.instance.id, token: register.token, project });
  }
  return members;
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
