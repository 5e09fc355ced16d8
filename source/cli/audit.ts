import { audit, type AuditLine } from '../core/audit.ts';
import { visible } from '../core/visible-text.ts';
import { projectRootOf } from '../io/files/project-files.ts';
import { GitError } from '../io/git/git.ts';
import { scanSecrets } from '../io/git/scan-secrets.ts';
import { EXIT, type Command } from './command.ts';
import { withDaemon } from './daemon-ask.ts';
import { printJson } from './print.ts';

const MARKS: Readonly<Record<AuditLine['state'], string>> = { holds: '✓', fails: '✗', unknown: '?' };

export const command: Command = {
  name: 'audit',
  summary: 'the checklist of least privilege for this project, each line with its evidence',
  usage: 'fleet audit [--json]',
  details: 'Exits with 1 when a line does not hold, or cannot be told.',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run(invocation) {
    const { cwd, options, stdout, stderr } = invocation;
    const root = await projectRootOf(cwd);
    const asked = await withDaemon(invocation, async (daemon) => {
      const { problems } = await daemon.ask({ type: 'configure', project: root });
      const { fleet } = await daemon.ask({ type: 'fleet' });
      const vault = await daemon.ask({ type: 'vault-status', project: root });
      return { problems, fleet, vault };
    });
    const project = asked.fleet.projects[root];
    if (!project) {
      stderr.write(`fleet audit: ${asked.problems.join('\n')}\n`);
      return EXIT.failed;
    }
    const { policy } = asked.fleet;
    const lines = audit({ project, policy, vault: asked.vault, secretsFound: await secretsFoundIn(root) });
    if (options['json'] === true) printJson(stdout, { project: project.name, lines });
    else
      for (const { check, state, evidence, fix } of lines) {
        stdout.write(`${MARKS[state]} ${check}: ${visible(evidence)}\n`);
        if (fix !== '') stdout.write(`  → ${visible(fix)}\n`);
      }
    return lines.every(({ state }) => state === 'holds') ? EXIT.ok : EXIT.failed;
  },
};

async function secretsFoundIn(root: string): Promise<number | null> {
  try {
    return (await scanSecrets(root)).found.length;
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}
