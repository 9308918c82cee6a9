import type { MemoryType } from '../database/generated/enums.ts';
import { badInput } from '../errors.ts';
import { globalTypes, projectTypes } from './scope-types.ts';

/**
 * Refuses a type that does not belong to the scope.
 * @throws ClambakeError BAD_INPUT naming the types that do
 */
export function checkTypeInScope(type: MemoryType, global: boolean): void {
  const types = global ? globalTypes : projectTypes;
  if (types.includes(type)) return;
  const list = types.map((name) => name.toLowerCase()).join(', ');
  const name = type.toLowerCase();
  throw badInput(
    'type',
    global
      ? `Global memories are of the types ${list}: ${name} belongs to a project, so name one (--project) and leave global out.`
      : `A project's memories are of the types ${list}: ${name} is global, so say so (--global) and name no project.`,
  );
}
