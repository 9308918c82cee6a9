import type { Bench, Result } from './bench.ts';
import { brokenOf, figuresOf } from './finding.ts';
import { contextCost, costFigures } from './hooks/context.ts';
import { routeTimes } from './hooks/routes.ts';
import { type Serve, withServer } from './own-server.ts';

/** What a session of Claude Code waits for at each hook, and what an hour of them adds to its context. */
export const hooks: Bench = {
  name: 'hooks',
  about: 'each hook route at the server, and the context that an hour of typical work costs; 1 minute',
  run: () => measureHooks(withServer, 400),
};

/** The benchmark at any size. @param calls how often each route is asked */
export function measureHooks(serve: Serve, calls: number): Promise<Result> {
  return serve(async (server) => {
    const times = await routeTimes(server, calls);
    const cost = await contextCost(server);
    return {
      key: 'hooks',
      figures: [
        figuresOf('Hooks of Claude Code', times, [
          'Over one connection that is kept, one call after the other, with 50 live instances, 2,000 memories, 300 messages and 20 held resources. ' +
            'The floor is GET /health, which asks the database for a sign of life.',
        ]),
        costFigures(cost),
      ],
      data: { times, cost },
      broken: [
        ...brokenOf(times),
        ...cost
          .filter(({ most, tokens }) => most !== undefined && tokens > most)
          .map(({ name, tokens }) => `${name}: ${tokens} tokens`),
      ],
    };
  });
}
