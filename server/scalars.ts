import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';
import { formatDuration, parseDuration } from './config.ts';

builder.scalarType('DateTime', {
  description: 'A point in time, ISO 8601 in UTC with milliseconds, like `2026-01-31T12:00:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue(value) {
    const time = typeof value === 'string' ? new Date(value) : undefined;
    if (!time || Number.isNaN(time.getTime())) {
      throw new GraphQLError(`${JSON.stringify(value)} is no DateTime: give ISO 8601, like "2026-01-31T12:00:00Z".`);
    }
    return time;
  },
});

const longest = 3650 * 86_400_000;

builder.scalarType('Duration', {
  description:
    'A length of time: a whole number and a unit (s, m, h or d), like `90s`, `30m`, `24h`, `7d`. At most 3650d.',
  serialize: formatDuration,
  parseValue(value) {
    const milliseconds = typeof value === 'string' ? parseDuration(value) : undefined;
    if (!milliseconds || milliseconds > longest) {
      throw new GraphQLError(
        `${JSON.stringify(value)} is no Duration: give a whole number and a unit, like "90s", "30m", "24h" or "7d".`,
      );
    }
    return milliseconds;
  },
});
