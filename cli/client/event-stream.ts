/** One event of a `text/event-stream`. */
export interface StreamEvent {
  type: string;
  data: string;
}

/** Most characters of one event: a message has at most 64 KiB of text. */
const maxEventLength = 4 * 1024 * 1024;

/**
 * Reads the events of a stream as they come (WHATWG HTML, section 9.2 "Server-sent events"; fields other than `event` and
 * `data` are not used here). An event that the end cuts off is dropped, as the specification says.
 * @throws Error where one event is longer than 4 MiB
 */
export async function* readEvents(chunks: AsyncIterable<Buffer>): AsyncGenerator<StreamEvent, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let type = '';
  let data: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    // A CR at the end may be the first half of a CR LF.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length + length > maxEventLength) throw new Error('one event is longer than 4 MiB');
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0 || type !== '') yield { type: type || 'message', data: data.join('\n') };
        type = '';
        data = [];
        length = 0;
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'event') type = value;
      if (field === 'data') {
        data.push(value);
        length += value.length;
      }
    }
  }
}
