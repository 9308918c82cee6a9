import { builder } from './builder.ts';
import './scalars.ts';
import './project/schema.ts';
import './instance/fields.ts';
import './message/queries.ts';
import './message/mutations.ts';
import './message/receipt-schema.ts';
import './message/subscription.ts';
import './blocker/schema.ts';
import './blocker/guard-schema.ts';
import './blocker/waiter-schema.ts';
import './memory/fields.ts';
import './memory/link-schema.ts';
import './recall/fields.ts';
import './transfer/read-schema.ts';
import './transfer/import-schema.ts';
import './memory/citation-schema.ts';
import './memory/graph-schema.ts';
import './log/schema.ts';
import './cleanup/schema.ts';
import './status/schema.ts';
import './status/activity.ts';

/** The GraphQL schema: every domain room has added its types and fields by now. */
export const schema = builder.toSchema();
