/**
 * One GraphQL operation as models are offered it: plain data that `cli/compile` makes of the operation files, so that the command line
 * and models ask the same of the server in the same words.
 */
export interface Tool {
  /** As the command is named: `update-memory`. */
  name: string;
  /** What every session that is offered it reads: hence short. */
  description: string;
  inputSchema: InputSchema;
  /** What is sent where nothing is given, by the names of the variables. */
  presets?: Readonly<Record<string, number>>;
  annotations: Annotations;
  /** The operation with its fragments, minified. */
  document: string;
  /** Offered unasked. */
  always?: true;
  /** Response paths such as `guard.held`: where one holds something, the model has to stop and think. */
  blocked?: readonly string[];
}

/** JSON Schema of the variables that a model may give. */
export type InputSchema = {
  type: 'object';
  properties: Record<string, Property>;
  required?: string[];
};

/** JSON Schema of one variable. Enums are in lower case, as people write them; GraphQL has them in upper case. */
export type Property = {
  type: 'string' | 'integer' | 'boolean' | 'array';
  description?: string;
  enum?: string[];
  items?: { type: 'string' | 'integer'; enum?: string[] };
};

/** What the protocol lets a client know of a tool. Left out is what holds where nothing is said. */
export interface Annotations {
  readOnlyHint?: true;
  destructiveHint?: false;
  idempotentHint?: true;
}
