import { visibleLine } from '../../server/visible.ts';
import { quote } from './lines.ts';

/** Any value, readable: one field a line, nested ones indented, much like YAML. For commands without a layout of their own. */
export function anything(value: unknown): string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return ['none'];
    return value.flatMap((item: unknown) => {
      const [first = '', ...rest] = anything(item);
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, field]) => {
      const label = visibleLine(name);
      if (typeof field === 'object' && field !== null && Object.keys(field).length > 0) {
        return [`${label}:`, ...anything(field).map((line) => `  ${line}`)];
      }
      if (typeof field === 'string' && field.includes('\n')) return [`${label}:`, ...quote(field)];
      return [`${label}: ${anything(field).join(' ')}`];
    });
  }
  if (typeof value === 'string') return [visibleLine(value)];
  if (value === null || value === undefined) return ['none'];
  return [String(value)];
}
