/** Seconds that each step of something took, in order. */
export class Stopwatch {
  readonly seconds: Record<string, number> = {};

  async time<T>(step: string, run: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const result = await run();
    const took = (performance.now() - begun) / 1000;
    this.seconds[step] = Math.round(took * 10) / 10;
    console.log(`  ${step}: ${took.toFixed(1)} s`);
    return result;
  }
}
