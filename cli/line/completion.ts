import type { Command, LocalCommand, Shell, Variable } from './table.ts';

/** What can follow in one command. */
interface Row {
  name: string;
  summary: string;
  flags: { flag: string; meaning: string; choices: readonly string[]; takesValue: boolean }[];
  /** The values of its one positional argument, where they are few. */
  choices: readonly string[];
}

const globals: Row['flags'] = [
  { flag: '--json', meaning: 'Print the result as JSON', choices: [], takesValue: false },
  { flag: '--as', meaning: 'Act as this instance', choices: [], takesValue: true },
  { flag: '--url', meaning: 'The address of the server', choices: [], takesValue: true },
  { flag: '--help', meaning: 'Print help', choices: [], takesValue: false },
];

/**
 * A script that completes commands, their flags, and the values of flags that have a fixed set of them. What it offers is
 * in the script itself: completing runs nothing.
 */
export function completionScript(shell: Shell, commands: readonly Command[], locals: readonly LocalCommand[]): string {
  const rows = [
    ...commands.filter(({ hidden }) => !hidden).map(rowOf),
    ...locals.filter(({ hidden }) => !hidden).map(localRow),
  ];
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { bash, zsh, fish, powershell }[shell](rows);
}

function rowOf({ name, summary, variables, options = [] }: Command): Row {
  const flags = variables.filter(({ positional }) => !positional).map(flagOf);
  const local = options.map(({ flag, takes, description }) => {
    return { flag: `--${flag}`, meaning: description, choices: [], takesValue: takes !== undefined };
  });
  return { name, summary, flags: [...flags, ...local, ...globals], choices: [] };
}

function flagOf(variable: Variable): Row['flags'][number] {
  const { kind, flag, description, choices = [] } = variable;
  const negated = kind === 'boolean' && variable.default === 'true';
  return { flag: `--${negated ? 'no-' : ''}${flag}`, meaning: description, choices, takesValue: kind !== 'boolean' };
}

function localRow({ name, summary, argument, flags = [], globals: own }: LocalCommand): Row {
  const known = globals.filter(({ flag }) => flag === '--help' || own.some((one) => flag === `--${one}`));
  return { name, summary, flags: [...flags.map(flagOf), ...known], choices: argument?.choices ?? [] };
}

/** The lines of a `case` on "command flag" for every flag that takes a value. */
function valueCases(rows: readonly Row[], line: (words: string) => string): string {
  return rows
    .flatMap(({ name, flags }) =>
      flags
        .filter(({ takesValue }) => takesValue)
        .map(({ flag, choices }) => `    '${name} ${flag}') ${line(choices.join(' '))} ;;\n`),
    )
    .join('');
}

function wordCases(rows: readonly Row[], line: (words: string) => string): string {
  return rows
    .map(({ name, flags, choices }) => {
      const words = [...choices, ...flags.map(({ flag }) => flag)].join(' ');
      return `    '${name}') ${line(words)} ;;\n`;
    })
    .join('');
}

function bash(rows: readonly Row[]): string {
  const assign = (words: string): string => `words='${words}'`;
  // bash parts words at = too: `--type=wa` is three words, `--type`, `=` and `wa`.
  return `# Clambake's completion for bash. In ~/.bashrc: eval "$(clambake completion bash)"
_clambake() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words='' head=''
  if [ "$current" = '=' ]; then
    current=''
  elif [ "$previous" = '=' ]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $current in
    *,*) head=\${current%,*}, ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${rows.map(({ name }) => name).join(' ')} help --help --version'
  else
    case "\${COMP_WORDS[1]} $previous" in
${valueCases(rows, assign)}    *)
    case \${COMP_WORDS[1]} in
${wordCases(rows, assign)}    esac ;;
    esac
  fi
  COMPREPLY=()
  local word
  for word in $words; do
    case $head$word in
      "$current"*) COMPREPLY+=("$head$word") ;;
    esac
  done
}
complete -o default -F _clambake clambake
`;
}

function zsh(rows: readonly Row[]): string {
  const assign = (words: string): string => `words_to_offer=(${words})`;
  const described = rows.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`).join('');
  return `#compdef clambake
# Clambake's completion for zsh. In ~/.zshrc, after compinit: eval "$(clambake completion zsh)"
_clambake() {
  local -a words_to_offer commands_to_offer
  if (( CURRENT == 2 )); then
    commands_to_offer=(
${described}    )
    _describe command commands_to_offer
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${valueCases(rows, assign)}    *)
    case $words[2] in
${wordCases(rows, assign)}    esac ;;
  esac
  if (( $#words_to_offer )); then
    compset -P '*,'
    compadd -- $words_to_offer
  else
    _files
  fi
}
compdef _clambake clambake
`;
}

function fish(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ name, summary, flags, choices }) => {
    const here = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c clambake -f -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`,
      ...(choices.length > 0 ? [`complete -c clambake -f ${here} -a '${choices.join(' ')}'`] : []),
      ...flags.map(({ flag, meaning, takesValue, choices: values }) => {
        const value = !takesValue ? '' : values.length > 0 ? ` -x -a '${values.join(' ')}'` : ' -r';
        return `complete -c clambake ${here} -l ${flag.slice(2)}${value} -d ${fishQuoted(meaning)}`;
      }),
    ];
  });
  return `# Clambake's completion for fish. In ~/.config/fish/completions/clambake.fish\n${lines.join('\n')}\n`;
}

function powershell(rows: readonly Row[]): string {
  const list = (words: readonly string[]): string => `@(${words.map((word) => `'${word}'`).join(', ')})`;
  const flags = rows.map(
    (row) => `    '${row.name}' = ${list([...row.choices, ...row.flags.map(({ flag }) => flag)])}\n`,
  );
  const values = rows.flatMap(({ name, flags: all }) =>
    all.filter(({ takesValue }) => takesValue).map(({ flag, choices }) => `    '${name} ${flag}' = ${list(choices)}\n`),
  );
  return `# Clambake's completion for PowerShell. In $PROFILE: clambake completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName clambake -ScriptBlock {
  param($word, $line, $cursor)
  $flags = @{
${flags.join('')}  }
  $values = @{
${values.join('')}  }
  $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_" })
  $command = if ($before.Count -gt 1) { $before[1] } else { '' }
  $offered = if ($before.Count -le 1) { @($flags.Keys | Sort-Object) + '--help' + '--version' }
    elseif ($values.ContainsKey("$command $($before[-1])")) { $values["$command $($before[-1])"] }
    else { $flags[$command] }
  $offered | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

/** A literal of zsh: nothing in it is expanded. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A literal of fish, where a backslash escapes inside single quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
