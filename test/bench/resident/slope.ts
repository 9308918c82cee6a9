/**
 * The slope of the line that fits points best (least squares).
 * @param points x and y of each
 * @returns y for each x; NaN where fewer than two differ in x
 */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middle, height] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const over = points.reduce((sum, [x, y]) => sum + (x - middle) * (y - height), 0);
  const under = points.reduce((sum, [x]) => sum + (x - middle) ** 2, 0);
  return over / under;
}
