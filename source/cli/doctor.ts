import { EXIT, type Command } from './command.ts';
import { examine, type Finding } from './doctor-findings.ts';
import { printJson } from './print.ts';

const MARKS: Readonly<Record<Finding['state'], string>> = { fine: '✓', warning: '!', problem: '✗' };

export const command: Command = {
  name: 'doctor',
  summary: 'check what agents need on this machine, and prove that they are contained',
  usage: 'fleet doctor [--json]',
  details:
    'Containment is tried, not looked up: ways out of a sandbox are taken beside everything and then inside. Exits with 1 when there is a problem; warnings alone exit with 0.',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run({ options, stdout, env, program }) {
    const findings = await examine({ node: program.node, path: env['PATH'] ?? '' });
    const isSound = findings.every(({ state }) => state !== 'problem');
    if (options['json'] === true) printJson(stdout, { isSound, findings });
    else
      for (const { state, what, found, fix } of findings) {
        stdout.write(`${MARKS[state]} ${what}: ${found}\n`);
        if (fix !== '') stdout.write(`  → ${fix}\n`);
      }
    return isSound ? EXIT.ok : EXIT.failed;
  },
};
