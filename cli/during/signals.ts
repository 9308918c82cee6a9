/** The signals that people and systems end a program with. */
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type EndingSignal = (typeof ending)[number];

/** Takes the signals that end a program, until it has ended, so that what they mean can change with what is being done. */
export class Signals {
  #act: (signal: EndingSignal) => void = () => undefined;
  readonly #take = (signal: NodeJS.Signals): void => {
    const known = ending.find((name) => name === signal);
    if (known) this.#act(known);
  };

  constructor() {
    for (const signal of ending) process.on(signal, this.#take);
  }

  /** From now on they mean this. */
  mean(act: (signal: EndingSignal) => void): void {
    this.#act = act;
  }
}
