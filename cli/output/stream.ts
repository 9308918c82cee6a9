/** Whether whoever read standard output has gone, as with `clambake inbox | head -1`. Nothing more is written then. */
const reader = { gone: false, onGone: new Set<() => void>() };
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!isClosedPipe(error)) throw error;
    reader.gone = true;
    for (const callback of reader.onGone) callback();
    reader.onGone.clear();
  });
}

/**
 * Writes to standard output.
 * @returns once the text is handed on: whether somebody still reads
 */
export function print(text: string): Promise<boolean> {
  listen();
  if (reader.gone) return Promise.resolve(false);
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(!error && !reader.gone));
  });
}

/** Calls back once, when nobody reads standard output any more. */
export function onReaderGone(callback: () => void): void {
  listen();
  if (reader.gone) callback();
  else reader.onGone.add(callback);
}

/** On Windows a closed pipe is EOF. */
const isClosedPipe = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || code === 'EOF';

/** Writes to standard error. Where nobody reads that, there is nobody to tell. */
export function complain(text: string): void {
  if (process.stderr.listenerCount('error') === 0) {
    process.stderr.on('error', (error) => {
      if (!isClosedPipe(error)) throw error;
    });
  }
  process.stderr.write(text);
}
