/** An operation file that cannot become a command: which file, and why. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly file: string;

  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
    this.file = file;
  }
}
