/** Reads the command line, finds the command, runs it. Commander says what is wrong with a wrong one. */
import { Command as Parser, CommanderError } from 'commander';
import { EXIT, type Command, type Invocation } from './command.ts';
import { COMMANDS } from './commands.ts';

/** Yields the exit code. `argv` holds what was typed after the program's name. */
export async function runCommandLine(
  argv: readonly string[],
  given: Omit<Invocation, 'positionals' | 'options'>,
): Promise<number> {
  const name = commandNameIn(argv);
  let code: number = EXIT.ok;
  const parser = newParser('fleet', given)
    .description(
      'fleet-tui: a control room for fleets of AI coding agents. Without a command it opens the control room.',
    )
    .version(given.version, '-V, --version', 'print the version')
    .usage('[command]');
  const isVersion = argv[0] === '--version' || argv[0] === '-V';
  // Help lists them all; to run one, only that one is loaded, and none to say the version.
  for (const [known, load] of Object.entries(isVersion ? {} : COMMANDS)) {
    if (name !== null && known !== name && !known.startsWith(`${name} `)) continue;
    const { command } = await load();
    addCommand(parser, command, given, (result) => (code = result));
  }
  try {
    await parser.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    given.stderr.write(
      `fleet${name ? ` ${name}` : ''}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return EXIT.failed;
  }
}

/** The longest known command the line begins with; null when it begins with none. */
function commandNameIn(argv: readonly string[]): string | null {
  const two = argv.slice(0, 2).join(' ');
  if (two in COMMANDS) return two;
  const [one = ''] = argv;
  return one in COMMANDS || Object.keys(COMMANDS).some((known) => known.startsWith(`${one} `)) ? one : null;
}

function newParser(name: string, { stdout, stderr }: Pick<Invocation, 'stdout' | 'stderr'>): Parser {
  return new Parser(name)
    .exitOverride()
    .showHelpAfterError('(see: fleet --help)')
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
}

function addCommand(
  parser: Parser,
  command: Command,
  given: Omit<Invocation, 'positionals' | 'options'>,
  finished: (code: number) => void,
): void {
  const words = command.name.split(' ');
  const last = words.pop()!;
  let parent = parser;
  for (const word of words) {
    const known = parent.commands.find((candidate) => candidate.name() === word);
    parent = known ?? inherit(parent, new Parser(word));
  }
  const existing = parent.commands.find((candidate) => candidate.name() === last);
  const target = existing ?? inherit(parent, new Parser(last));
  target.description(command.summary);
  if (command.details) target.addHelpText('after', `\n${command.details}`);
  for (const { name, description, isOptional, isVariadic } of command.arguments) {
    const inner = isVariadic ? `${name}...` : name;
    target.argument(isOptional ? `[${inner}]` : `<${inner}>`, description);
  }
  for (const { flags, description, isRepeatable } of command.options) {
    if (isRepeatable) target.option(flags, description, collected);
    else target.option(flags, description);
  }
  target.action(async (...parameters: unknown[]) => {
    const positionals = parameters
      .slice(0, command.arguments.length)
      .flatMap((value) => (value ?? []) as string[]);
    finished(await command.run({ ...given, positionals, options: target.opts() }));
  });
}

const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Sub-parsers report as their parent does, instead of ending the process. */
function inherit(parent: Parser, child: Parser): Parser {
  child.copyInheritedSettings(parent);
  parent.addCommand(child);
  return child;
}
