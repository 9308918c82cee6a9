/**
 * Does numbered work, some of it at the same time.
 * @param count how often, with the numbers from 0
 * @param limit how much at a time
 * @returns what each gave, in the order of the numbers
 * @throws what the first that failed threw; nothing further is begun then
 */
export async function atOnce<Value>(
  count: number,
  limit: number,
  work: (number: number) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  let next = 0;
  let failed = false;
  const take = async (): Promise<void> => {
    while (next < count && !failed) {
      const number = next;
      next += 1;
      try {
        values[number] = await work(number);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(limit, count) }, take));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return values;
}
