import { type Endpoint, type Member, must } from '../faults/client.ts';

const document = `mutation ($to: String!, $subject: String!, $body: String!) {
  sendMessage(to: $to, subject: $subject, body: $body) { message { id } }
}`;

/**
 * Sends a message.
 * @returns its number
 * @throws Error where the server refuses it or does not answer
 */
export async function send(endpoint: Endpoint, { token }: Pick<Member, 'token'>, to: string): Promise<number> {
  const { sendMessage } = await must<{ sendMessage: { message: { id: string } } }>(endpoint, token, document, {
    to,
    subject: 'The migration is in',
    body: 'The pool of connections is larger now: 20 instead of 10.',
  });
  return Number(sendMessage.message.id);
}
