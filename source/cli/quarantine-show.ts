import { projectRootOf } from '../io/files/project-files.ts';
import { visible } from '../core/visible-text.ts';
import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { describeEvent } from '../core/describe-event.ts';
import { age, printJson } from './print.ts';

export const command: Command = {
  name: 'quarantine show',
  summary: 'what an agent in quarantine showed, changed and did last, and how to release it',
  usage: 'fleet quarantine show AGENT [--json]',
  arguments: [{ name: 'AGENT', description: 'name of an agent of this project' }],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { stdout, options } = invocation;
    const [agent = ''] = invocation.positionals;
    const project = await projectRootOf(invocation.cwd);
    const detail = await askDaemon(invocation, { type: 'quarantine-detail', project, agent });
    if (options['json']) {
      printJson(stdout, detail);
      return EXIT.ok;
    }
    const { quarantine, evidence, decisions } = detail;
    const { id, by, since, reason, grounds } = quarantine;
    const who = grounds ? 'the brain' : by.replace(/^person:/, '');
    stdout.write(
      `${agent} in quarantine for ${age(Date.now() - since)}, put there by ${who}: ${visible(reason)}\n`,
    );
    for (const { signal, value, logOdds } of grounds?.signals ?? [])
      stdout.write(`  ${signal.padEnd(9)} ${value.toFixed(2).padStart(6)}  +${logOdds.toFixed(1)}\n`);
    for (const { name, text } of evidence) {
      stdout.write(`\n== ${name}\n`);
      for (const line of text.trimEnd().split('\n')) stdout.write(`${visible(line)}\n`);
    }
    stdout.write('\n== what it was allowed, refused and did last\n');
    for (const recorded of decisions)
      stdout.write(`${new Date(recorded.at).toISOString()}  ${visible(describeEvent(recorded))}\n`);
    stdout.write(`\nto let it work again: fleet release ${agent} --quarantine ${id} -m REASON\n`);
    return EXIT.ok;
  },
};
