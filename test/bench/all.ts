import { backlog } from './backlog.ts';
import type { Bench } from './bench.ts';
import { delivery } from './delivery.ts';
import { hooks } from './hooks.ts';
import { requests } from './requests.ts';
import { resident } from './resident.ts';
import { retrieval } from './retrieval.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';

/** Every benchmark, in the order they are run and printed in. */
export const benches: Bench[] = [retrieval, scale, requests, delivery, backlog, start, hooks, resident];
