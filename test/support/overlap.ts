/** Whether two keys of resources stand for something in common: the rule in its plainest form, for what finds it faster. */
export function overlap(one: string, other: string): boolean {
  const bare = (key: string): string => key.replace(/\/$/, '');
  if (bare(one) === bare(other)) return true;
  return (one.endsWith('/') && other.startsWith(one)) || (other.endsWith('/') && one.startsWith(other));
}
