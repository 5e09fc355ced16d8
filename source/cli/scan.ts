import { GitError } from '../io/git/git.ts';
import { scanSecrets, type SecretFound } from '../io/git/scan-secrets.ts';
import { projectRootOf } from '../io/files/project-files.ts';
import { visible } from '../core/visible-text.ts';
import { EXIT, type Command } from './command.ts';
import { printJson } from './print.ts';

export const command: Command = {
  name: 'scan',
  summary: 'look for secrets in files, in what is to be committed, and in history',
  usage: 'fleet scan [--json]',
  details:
    'Finds .env files, keys in the formats of the usual services, private keys, and random-looking values of names that say "secret". No value is printed whole. Exits with 1 when something is found.',
  arguments: [],
  options: [{ flags: '--json', description: 'for programs' }],
  async run({ cwd, options, stdout, stderr }) {
    const root = await projectRootOf(cwd);
    let scan;
    try {
      scan = await scanSecrets(root);
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      stderr.write(`fleet scan: ${error.message}\n`);
      return EXIT.failed;
    }
    const { found, files, commits, left } = scan;
    if (options['json'] === true) printJson(stdout, scan);
    else {
      for (const each of found)
        stdout.write(`✗ ${visible(placeOf(each))}: ${each.kind} ${visible(each.shown)}\n`);
      for (const what of left) stdout.write(`! not looked at: ${what}\n`);
      stdout.write(
        `${found.length === 0 ? 'nothing' : found.length} found in ${files} files and ${commits} commits\n`,
      );
      if (found.length > 0)
        stdout.write('a value that was committed is known: make a new one, then fleet vault set NAME\n');
    }
    return found.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

function placeOf({ where, path, line, commit }: SecretFound): string {
  const place = `${path}:${line}`;
  if (where === 'worktree') return place;
  return where === 'history' ? `${place} in commit ${commit?.slice(0, 12)}` : `${place} (${where})`;
}
