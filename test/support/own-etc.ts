/** A program with an /etc of its own, for what an administrator may have set; the machine's stays as it is. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether this machine lets a process have one. */
export const HAS_OWN_ETC = spawnSync('bwrap', ['--dev-bind', '/', '/', 'true']).status === 0;

/** A script that starts `program` so, below `folder`; `files` by their name in /etc. */
export function programWithEtc(
  folder: string,
  program: string,
  files: Readonly<Record<string, string>>,
): string {
  const etc = join(folder, 'etc');
  mkdirSync(etc);
  for (const name of ['passwd', 'group', 'hosts']) copyFileSync(join('/etc', name), join(etc, name));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(etc, name)), { recursive: true });
    writeFileSync(join(etc, name), content);
  }
  const script = join(folder, 'with-own-etc');
  writeFileSync(script, `#!/bin/sh\nexec bwrap --dev-bind / / --bind '${etc}' /etc -- '${program}' "$@"\n`, {
    mode: 0o755,
  });
  return script;
}
