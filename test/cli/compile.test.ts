import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parse, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compile } from '../../cli/compile/compile.ts';
import type { Source } from '../../cli/compile/source.ts';
import { commands } from '../../cli/generated/commands.ts';
import type { Command } from '../../cli/line/table.ts';
import type { Tool } from '../../server/mcp/tool.ts';

const schema = /* GraphQL */ `
  scalar Duration
  scalar Colour
  "How loud it is."
  enum Volume { SOFT LOUD }
  enum Odd { lower UPPER }
  input Place { "The street." street: String }
  union Any = Thing | Place2
  type Place2 { street: String }
  type Query {
    any: Any
    find(
      "What to look for." text: String!
      "How many at most." first: Int = 20
      volume: Volume = SOFT
      undescribed: String
      "The tint." tint: Colour
      "Where." place: Place
      "Numbers." grid: [[Int]]
      "Yes or no, several times." votes: [Boolean]
      "Oddly named." odd: Odd
      "Ids." ids: [ID!]
      "How long." within: Duration
      "Names." names: [String!]
      "Only open ones." open: Boolean! = true
    ): [Thing!]!
    thing("Its number." id: ID!, "Its colleague." other: ID): Thing
  }
  type Mutation { act("The key." key: String): Int }
  type Subscription { news: Int }
  type Thing { id: ID! token: String name: String volume: Volume! parts: [Thing!]! }
`;

/** The selection of what is found, with further arguments. */
const use = (more: string): string => `find(text: "a", ${more}) { id }`;

/** An operation file named after its operation, with what every one needs unless the body says otherwise. */
function operation(variables: string, selection: string, marks = '@cli(group: MEMORY)'): Source {
  return {
    file: 'find.graphql',
    text: `"""\nLook for things. There are many.\n\nExample: clambake find\n"""\nquery Find${variables} ${marks} { ${selection} }`,
  };
}

function tableOf(...sources: Source[]): Command[] {
  const { commands: text } = compile(schema, sources, []);
  return JSON.parse(text.slice(text.indexOf('= [') + 2, text.lastIndexOf(';'))) as Command[];
}

const compileOne = (variables: string, selection: string, marks?: string): Command | undefined =>
  tableOf(operation(variables, selection, marks))[0];

describe('the table of tools', () => {
  /** What models are offered of an operation. */
  const toolOf = (variables: string, selection: string, marks = '@cli(group: MEMORY)'): Tool | undefined => {
    const { tools: text } = compile(schema, [operation(variables, selection, marks)], []);
    return (JSON.parse(text.slice(text.indexOf('= [') + 2, text.lastIndexOf(';'))) as Tool[])[0];
  };
  const variables = '("The words. Any of them." $text: String!, $volume: Volume, $within: Duration, $names: [String!])';
  const selection = 'find(text: $text, volume: $volume, within: $within, names: $names) { id }';

  it('has first sentences, enums in lower case, what is needed, and that a query only reads', () => {
    expect(toolOf(variables, selection)).toEqual({
      name: 'find',
      description: 'Look for things.',
      inputSchema: {
        type: 'object',
        properties: {
          text: { type: 'string', description: 'The words.' },
          volume: { type: 'string', enum: ['soft', 'loud'], description: 'How loud it is.' },
          within: { type: 'string', description: 'How long. Such as 5m.' },
          names: { type: 'array', items: { type: 'string' }, description: 'Names.' },
        },
        required: ['text'],
      },
      annotations: { readOnlyHint: true },
      document: expect.stringMatching(/^query Find\(\$text:String!/),
    });
  });

  it('follows the marks, and sends the server none of them', () => {
    const marked = variables
      .replace('$volume: Volume', '$volume: Volume @input(says: ""), $first: Int @input(says: "Few.", preset: 5)')
      .replace('$names: [String!]', '$names: [String!] @input(none: true)');
    const marks = '@cli(group: MEMORY) @tool(always: true, says: "Find.")';
    const tool = toolOf(marked, selection.replace('text: $text', 'text: $text, first: $first'), marks);
    expect(tool).toMatchObject({ description: 'Find.', always: true, presets: { first: 5 } });
    expect(tool?.inputSchema.properties).toMatchObject({ volume: { type: 'string' }, first: { description: 'Few.' } });
    expect(Object.keys(tool?.inputSchema.properties ?? {})).toEqual(['text', 'volume', 'first', 'within']);
    expect(tool?.document).not.toMatch(/@|Few/);
  });

  it('leaves out what is the operator alone, what gives a secret, and what is not to be offered', () => {
    expect(toolOf('', 'thing(id: 1) { id }')).toBeDefined();
    expect(toolOf('', 'thing(id: 1) { token @secret }')).toBeUndefined();
    expect(toolOf('', 'thing(id: 1) { id }', '@cli(group: MEMORY, identity: OPERATOR)')).toBeUndefined();
    expect(toolOf('', 'thing(id: 1) { id }', '@cli(group: MEMORY) @tool(never: true)')).toBeUndefined();
  });

  it('presets nothing but a number', () => {
    const marked = variables.replace('$volume: Volume', '$volume: Volume @input(preset: 1)');
    expect(() => toolOf(marked, selection)).toThrow(/\$volume has a preset/);
  });
});

describe('the table of commands', () => {
  it('takes name, help and examples from the operation', () => {
    expect(compileOne('($text: String!)', 'find(text: $text) { id }')).toMatchObject({
      name: 'find',
      group: 'Memory',
      operationName: 'Find',
      summary: 'Look for things.',
      description: 'Look for things. There are many.',
      examples: ['clambake find'],
      identity: 'any',
    });
  });

  it('describes a flag by the variable, else the argument, else the enum', () => {
    const command = compileOne(
      '("The words." $text: String!, $first: Int, $volume: Volume)',
      `
      find(text: $text, first: $first, volume: $volume) { id }`,
    );
    expect(command?.variables.map(({ description }) => description)).toEqual([
      'The words.',
      'How many at most.',
      'How loud it is.',
    ]);
  });

  it('describes a flag that is used inside of an input object by its field', () => {
    const command = compileOne('($street: String)', 'find(text: "a", place: { street: $street }) { id }');
    expect(command?.variables[0]?.description).toBe('The street.');
  });

  it('shows the defaults of the server, enums in lower case', () => {
    const command = compileOne(
      '($first: Int, $volume: Volume, $text: String!, $open: Boolean)',
      `
      find(text: $text, first: $first, volume: $volume, open: $open) { id }`,
    );
    expect(command?.variables.map((variable) => variable.default)).toEqual(['20', 'soft', undefined, 'true']);
    expect(command?.variables[1]).toMatchObject({ kind: 'enum', choices: ['soft', 'loud'] });
  });

  it('makes the ids in front positional, and no others', () => {
    const leading = compileOne('($id: ID!, $other: ID)', 'thing(id: $id, other: $other) { id }');
    expect(leading?.variables.map(({ positional }) => positional)).toEqual([true, true]);
    const behind = compileOne('($text: String!, $ids: [ID!])', 'find(text: $text, ids: $ids) { id }');
    expect(behind?.variables.map(({ positional }) => positional)).toEqual([false, false]);
  });

  it('sends a minified document without the marks and the descriptions', () => {
    const command = compileOne('("Words." $text: String! @stdin)', 'find(text: $text) { token @secret }');
    expect(command?.document).toBe('query Find($text:String!){find(text:$text){token}}');
    expect(command?.secrets).toEqual(['find.token']);
    expect(command?.variables[0]?.stdin).toBe(true);
  });

  it('finds secrets in fragments, and includes only the fragments that are used', () => {
    const fragments = [
      { file: 'a.graphql', text: 'fragment A on Thing { ...B }' },
      { file: 'b.graphql', text: '"A b." fragment B on Thing { key: token @secret }' },
    ];
    const { commands: text, results } = compile(schema, [operation('', 'thing(id: 1) { parts { ...A } }')], fragments);
    expect(text).toContain('"thing.parts.key"');
    expect(text).toContain(
      'query Find{thing(id:1){parts{...A}}}fragment A on Thing{...B}fragment B on Thing{key:token}',
    );
    expect(results).toContain('/** A b. */\nexport type B = {\n  key: string | null;\n};');
    expect(results).toContain('export type FindResult = {\n  thing: {\n    parts: Array<A>;\n  } | null;\n};');
  });

  it('takes who must ask from the mark', () => {
    expect(
      compileOne('', 'thing(id: 1) { id }', '@cli(group: SERVER, identity: OPERATOR, hidden: true)'),
    ).toMatchObject({
      identity: 'operator',
      hidden: true,
    });
  });

  it('takes what is said where nothing is given from the mark', () => {
    const needsOne = compileOne('', 'thing(id: 1) { id }', '@cli(group: LOG, needsOne: "Give a number.")')?.needsOne;
    expect(needsOne).toBe('Give a number.');
    expect(compileOne('', 'thing(id: 1) { id }')).not.toHaveProperty('needsOne');
  });

  /** An operation of another kind than a query. */
  const other = (kind: 'mutation' | 'subscription', variables: string, selection: string, marks: string): Source => ({
    file: 'find.graphql',
    text: `"Find.\\nExample: clambake find" ${kind} Find${variables} ${marks} { ${selection} }`,
  });
  const repeatable = (source: Source): boolean | undefined => tableOf(source)[0]?.repeatable;

  it('takes a query as one to repeat, and a mutation only with a client key or where it says so', () => {
    expect(repeatable(operation('', 'thing(id: 1) { id }'))).toBe(true);
    expect(repeatable(other('mutation', '', 'act', '@cli(group: LOG)'))).toBe(false);
    expect(repeatable(other('mutation', '', 'act', '@cli(group: LOG, idempotent: true)'))).toBe(true);
    const keyed = '($key: String @fill(with: "clientKey"))';
    expect(repeatable(other('mutation', keyed, 'act(key: $key)', '@cli(group: LOG)'))).toBe(true);
    expect(repeatable(other('subscription', '', 'news', '@cli(group: LOG)'))).toBe(false);
    const once = tableOf(other('mutation', '($key: String @once)', 'act(key: $key)', '@cli(group: LOG)'));
    expect(once[0]?.variables[0]?.once).toBe(true);
    expect(once[0]?.document).toBe('mutation Find($key:String){act(key:$key)}');
  });

  it('takes the options that the server never hears of from their marks, and sends none of them', () => {
    const marks =
      '@cli(group: LOG) @option(name: "cursorFile", takes: "path", description: "Where.") @option(name: "exec", takes: "command", description: "What.")';
    expect(tableOf(other('subscription', '', 'news', marks))[0]).toMatchObject({
      document: 'subscription Find{news}',
      options: [
        { name: 'cursorFile', flag: 'cursor-file', takes: 'path', description: 'Where.' },
        { name: 'exec', flag: 'exec', takes: 'command', description: 'What.' },
      ],
    });
    const twice = `@cli(group: LOG) ${'@option(name: "exec", takes: "command", description: "What.") '.repeat(2)}`;
    expect(() => tableOf(other('subscription', '', 'news', twice))).toThrow('--exec, which there is already');
    const unknown = '@cli(group: LOG) @option(name: "moon", takes: "x", description: "What.")';
    expect(() => tableOf(other('subscription', '', 'news', unknown))).toThrow('@option names "moon"');
  });

  it('takes an option without a value, also for a query, and refuses one that has or lacks a value wrongly', () => {
    const drawn = '@cli(group: LOG) @option(name: "dot", description: "As a picture.")';
    expect(tableOf(operation('', 'thing(id: 1) { id }', drawn))[0]).toMatchObject({
      document: 'query Find{thing(id:1){id}}',
      options: [{ name: 'dot', flag: 'dot', description: 'As a picture.' }],
    });
    const valued = '@cli(group: LOG) @option(name: "dot", takes: "path", description: "As a picture.")';
    expect(() => tableOf(operation('', 'thing(id: 1) { id }', valued))).toThrow('@option dot takes no value');
    const bare = '@cli(group: LOG) @option(name: "exec", description: "What.")';
    expect(() => tableOf(other('subscription', '', 'news', bare))).toThrow('@option exec says not what it takes');
    expect(() => tableOf(other('mutation', '', 'act(key: "a")', drawn))).toThrow(/@option/);
  });

  it('marks what names memories, which is a list of texts', () => {
    expect(compileOne('($names: [String!] @titles)', use('names: $names'))?.variables[0]).toMatchObject({
      titles: true,
    });
    expect(() => compileOne('($ids: [ID!] @titles)', use('ids: $ids'))).toThrow('$ids bears @titles');
    expect(() => compileOne('($text: String! @titles)', 'find(text: $text) { id }')).toThrow('$text bears @titles');
  });

  it('gives a union a result type that __typename tells apart, and refuses one that nothing does', () => {
    const resultOf = (selection: string): string =>
      compile(schema, [operation('', `any { ${selection} }`)], []).results;
    expect(resultOf('__typename ... on Thing { id } ... on Place2 { street }')).toContain(
      "any: ({\n    __typename: 'Thing';\n    id: string;\n  } | {\n    __typename: 'Place2';\n    street: string | null;\n  }) | null;",
    );
    expect(resultOf('__typename ... on Thing { id }')).toContain("| {\n    __typename: 'Place2';\n  })");
    expect(() => resultOf('... on Thing { id }')).toThrow('needs __typename');
    expect(() => resultOf('__typename ... on Thing { id } ... on Thing { name }')).toThrow(
      'one inline fragment for each',
    );
  });

  it('makes a needed list of resources in front positional; a single one, and one that may be left out, have flags', () => {
    const needed = compileOne(
      '($names: [String!]! @resource, $within: Duration @wait)',
      use('names: $names, within: $within'),
    );
    expect(needed?.variables).toMatchObject([
      { name: 'names', positional: true, list: true, resource: true },
      { name: 'within', positional: false, wait: true },
    ]);
    expect(needed?.document).toBe(
      'query Find($names:[String!]!$within:Duration){find(text:"a" names:$names within:$within){id}}',
    );
    const optional = compileOne('($names: [String!] @resource)', use('names: $names'));
    expect(optional?.variables).toMatchObject([{ positional: false, resource: true }]);
    const single = compileOne('($text: String! @resource)', 'find(text: $text) { id }');
    expect(single?.variables).toMatchObject([{ positional: false, list: false, resource: true }]);
    const plain = compileOne('($names: [String!]!)', use('names: $names'));
    expect(plain?.variables).toMatchObject([{ positional: false }]);
    expect(plain?.variables[0]).not.toHaveProperty('resource');
  });

  it('takes from the marks which fields say that it is blocked, in fragments too', () => {
    const fragments = [{ file: 'a.graphql', text: 'fragment A on Thing { others: parts @blocked { id } }' }];
    const source = operation('', 'thing(id: 1) { parts @blocked { ...A } }');
    const { commands: text } = compile(schema, [source], fragments);
    const [command] = JSON.parse(text.slice(text.indexOf('= [') + 2, text.lastIndexOf(';'))) as Command[];
    expect(command?.blocked).toEqual(['thing.parts', 'thing.parts.others']);
    expect(command?.document).not.toContain('@');
    expect(compileOne('', 'thing(id: 1) { id }')).not.toHaveProperty('blocked');
  });

  it('does not depend on the order in which files are read', () => {
    const files = [
      operation('', 'thing(id: 1) { id }'),
      {
        file: 'other.graphql',
        text: '"Other.\\nExample: clambake other" query Other @cli(group: LOG) { thing(id: 1) { id } }',
      },
    ];
    expect(compile(schema, files, [])).toEqual(compile(schema, files.toReversed(), []));
  });
});

describe('an operation that cannot be a command is refused with its file and the reason', () => {
  const useText = 'find(text: "a") { id }';
  const cases: [what: string, source: Source, reason: RegExp][] = [
    ['an input object', operation('($place: Place)', 'find(text: "a", place: $place) { id }'), /input object Place/],
    ['a list of lists', operation('($grid: [[Int]])', 'find(text: "a", grid: $grid) { id }'), /list of lists/],
    [
      'a list of Booleans',
      operation('($votes: [Boolean])', 'find(text: "a", votes: $votes) { id }'),
      /list of Booleans/,
    ],
    ['an unknown scalar', operation('($tint: Colour)', 'find(text: "a", tint: $tint) { id }'), /scalar Colour/],
    ['an enum in lower case', operation('($odd: Odd)', 'find(text: "a", odd: $odd) { id }'), /can be lower/],
    [
      'a variable without a description',
      operation('($undescribed: String)', 'find(text: "a", undescribed: $undescribed) { id }'),
      /has no description/,
    ],
    [
      'a flag that every command has',
      operation('($json: String!)', 'find(text: $json) { id }'),
      /--json, which is an option of every command/,
    ],
    [
      'two flags of one name',
      operation('($open: Boolean, $noOpen: String!)', 'find(text: $noOpen, open: $open) { id }'),
      /\$noOpen becomes --no-open, which is \$open already/,
    ],
    ['a name no flag leads back to', operation('($the_text: String!)', 'find(text: $the_text) { id }'), /camelCase/],
    ['a fill that is unknown', operation('($text: String! @fill(with: "moon"))', 'find(text: $text) { id }'), /"moon"/],
    ['@resource on a number', operation('($first: Int @resource)', use('first: $first')), /@resource/],
    ['@resource on an id', operation('($ids: [ID!] @resource)', use('ids: $ids')), /@resource/],
    [
      '@resource on what reads standard input',
      operation('($text: String! @resource @stdin)', 'find(text: $text) { id }'),
      /@resource/,
    ],
    ['@wait on a text', operation('($text: String! @wait)', 'find(text: $text) { id }'), /@wait/],
    [
      'two lengths of time to wait',
      operation(
        '($one: Duration @wait, $two: Duration @wait)',
        'find(text: "a", within: $one) { id } b: find(text: "b", within: $two) { id }',
      ),
      /two variables bear @wait/,
    ],
    [
      '@blocked on a field that is no object',
      operation('', 'thing(id: 1) { name @blocked }'),
      /thing\.name bears @blocked/,
    ],
    ['@stdin on a number', operation('($first: Int @stdin)', 'find(text: "a", first: $first) { id }'), /@stdin/],
    [
      'a needed id after one that is not',
      operation('($other: ID, $id: ID!)', 'thing(id: $id, other: $other) { id }'),
      /stands after \$other/,
    ],
    ['no group', operation('', useText, ''), /add @cli\(group: …\)/],
    ['an unknown field', operation('', 'nothing { id }'), /Cannot query field "nothing"/],
    ['an unused variable', operation('($text: String!)', useText), /never used/],
    ['an unknown fragment', operation('', 'thing(id: 1) { ...Gone }'), /Unknown fragment "Gone"/],
    [
      'no operation at all',
      { file: 'find.graphql', text: 'fragment A on Thing { id }' },
      /one operation and nothing else/,
    ],
    ['an anonymous operation', { file: 'find.graphql', text: `query { ${useText} }` }, /no name/],
    [
      'two operations',
      { file: 'find.graphql', text: `query Find { ${useText} } query B { ${useText} }` },
      /one operation/,
    ],
    [
      'another name than the file',
      { file: 'find.graphql', text: `query Search { ${useText} }` },
      /in this file it is Find/,
    ],
    ['a syntax error', { file: 'find.graphql', text: 'query Find {' }, /Syntax Error/],
    [
      'no description',
      { file: 'find.graphql', text: `query Find @cli(group: LOG) { ${useText} }` },
      /the operation has no description/,
    ],
    ['no example', { file: 'find.graphql', text: `"Find." query Find @cli(group: LOG) { ${useText} }` }, /no example/],
    [
      'an example of something else',
      { file: 'find.graphql', text: `"Find.\\nExample: clambake seek" query Find @cli(group: LOG) { ${useText} }` },
      /does not call clambake find/,
    ],
    [
      'the name of a command of its own',
      { file: 'serve.graphql', text: `"A.\\nExample: clambake serve" query Serve @cli(group: LOG) { ${useText} }` },
      /command serve of its own/,
    ],
  ];
  it.each(cases)('%s', (_, source, reason) => {
    expect(() => compile(schema, [source], [])).toThrow(reason);
    expect(() => compile(schema, [source], [])).toThrow(source.file);
  });

  it('names every file at fault at once', () => {
    const other = { file: 'other.graphql', text: 'query {' };
    expect(() => compile(schema, [operation('', 'nothing'), other], [])).toThrow(/find\.graphql.*\n.*other\.graphql/s);
  });

  it('refuses a fragment that nothing uses', () => {
    const fragment = { file: 'fragments/a.graphql', text: 'fragment A on Thing { id }' };
    expect(() => compile(schema, [operation('', useText)], [fragment])).toThrow(/fragment A: no operation uses it/);
  });
});

describe('the committed table', () => {
  it('is what the operations and the schema make', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    execFileSync(process.execPath, ['--import', 'tsx', 'cli/compile/main.ts', '--check'], { cwd: root });
  });

  it('holds the commands of the protocol', () => {
    expect(commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['register', 'inbox', 'recall', 'heartbeat', 'send', 'remember', 'log', 'deregister', 'status'],
        ...['update-memory', 'read', 'watch', 'cleanup'],
      ]),
    );
  });

  it('never asks the server to know the marks', () => {
    for (const { document } of commands) {
      const directives: string[] = [];
      visit(parse(document), { Directive: (node) => void directives.push(node.name.value) });
      // Those of GraphQL itself it knows.
      expect(directives.filter((name) => name !== 'include' && name !== 'skip')).toEqual([]);
    }
  });

  it('keeps the token of a registration secret', () => {
    expect(commands.find(({ name }) => name === 'register')?.secrets).toEqual(['register.token']);
  });
});
