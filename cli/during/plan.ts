import { visibleLine } from '../../server/visible.ts';

/** What is said and held while a command runs: all that whoever finishes it has to know. Plain data. */
export interface Plan {
  /** Names this run; its requests, made again, are the same requests. */
  run: string;
  /** The name of the program. Its arguments are not told to others: they may hold a password. */
  program: string;
  to: string;
  subject: string;
  /** What its caller has to say about it; may be empty. */
  body: string;
  /** As the server calls them. */
  resources: readonly string[];
  /** How long they are held at most, such as `1h`; null for as long as the server holds by itself. */
  lasts: string | null;
}

/** Resources that a text names; of more it says how many. */
const named = 10;

/** The resources in words. */
export function resourcesOf({ resources }: Pick<Plan, 'resources'>): string {
  const more = resources.length - named;
  return [...resources.slice(0, named), ...(more > 0 ? [`${more} more`] : [])].map(visibleLine).join(', ');
}

const joined = (plan: Plan, text: string): string => (plan.body === '' ? text : `${plan.body}\n\n${text}`);

/** The text of the warning. */
export function warningText(plan: Plan, notice: string): string {
  return joined(
    plan,
    `In ${notice} ${plan.program} begins, which holds ${resourcesOf(plan)}. ` +
      'Whoever objects answers this with a request or a blocker until then: it does not begin.',
  );
}

/** The text of the blocker. */
export function blockerText(plan: Plan): string {
  return joined(plan, `${plan.program} runs. What it holds is free again with its done.`);
}
