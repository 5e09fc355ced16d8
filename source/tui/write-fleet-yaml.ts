import { execFile } from 'node:child_process';

/** Looking around in a project takes moments; a disk that hangs must not hold the room's question for ever. */
const INIT_TIMEOUT_MS = 20_000;

/** Does what `fleet init` does, in the project; rejects with the words it ended with. */
export function writeFleetYaml(
  program: { readonly node: string; readonly script: string },
  project: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  return new Promise((done, failed) => {
    const options = { cwd: project, env: environment, timeout: INIT_TIMEOUT_MS };
    execFile(program.node, [program.script, 'init'], options, (error, _stdout, stderr) => {
      if (error) failed(new Error(stderr.trim().split('\n')[0] || `fleet init: ${error.message}`));
      else done();
    });
  });
}
