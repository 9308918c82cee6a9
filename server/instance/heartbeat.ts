import { type Context, requireInstance } from '../context.ts';
import type { InstanceStatus } from '../database/generated/enums.ts';
import { instancePart, projectPart } from '../database/model-parts.ts';
import { statement } from '../database/statement.ts';
import { checkOptional } from '../input.ts';
import { refuseSecrets } from '../secret/refuse.ts';
import { isWithin } from '../selection.ts';
import { unauthenticated } from './authenticate.ts';

const [instance, project] = [instancePart('instance'), projectPart('project')];

type Values = [id: string, setsTask: boolean, task: string | null, status: InstanceStatus | null];

// The sign of life itself was written when its token was looked up, where it was due.
const update = statement<Record<string, unknown>, Values>(
  'instance-heartbeat',
  `UPDATE clambake.instance SET
     task = CASE WHEN $2 THEN $3 ELSE instance.task END, status = coalesce($4::clambake.instance_status, instance.status)
   FROM clambake.project WHERE instance.id = $1 AND instance.ended_at IS NULL AND project.id = instance.project_id
   RETURNING ${instance.columns}, ${project.columns}`,
);

/** What the statement gives, as Prisma would be asked for it. */
const whole = { include: { project: true } };

/** What an instance says of itself; what is undefined stays as it is. */
export interface Heartbeat {
  /** What it is working on, up to 500 bytes; empty clears it. */
  task?: string | null | undefined;
  status?: InstanceStatus | null | undefined;
}

/**
 * Says what the instance that asks is doing (protocol: heartbeat).
 * @param selected what Prisma would be asked of the instance
 * @throws ClambakeError NOT_REGISTERED for the operator, BAD_INPUT, SECRET_REFUSED, UNAUTHENTICATED where it has left meanwhile
 */
export async function heartbeat(context: Context, { task: said, status }: Heartbeat, selected: object) {
  const { id } = requireInstance(context, 'a heartbeat');
  const task = checkOptional('task', 'task', said?.trim() === '' ? null : said);
  refuseSecrets(context, { task });
  const { pool, prisma } = context.database;
  const [row] = await update(pool, id, said !== undefined, task, status ?? null);
  const updated = row && instance.read(row);
  if (!updated) throw unauthenticated(`${id} has left: register again.`);
  if (!isWithin({ ...selected }, whole)) return prisma.instance.findUniqueOrThrow({ ...selected, where: { id } });
  return { ...updated, tokenHash: null, project: project.read(row) };
}
