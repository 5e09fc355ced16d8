/** Asks an installed program what only it can say before its agent starts: one process, one question, one answer. */
import { spawn } from 'node:child_process';
import type { ProgramQuestion } from '../core/vendors/vendor.ts';

/** Such a program answers in a fifth of a second; one that does not must not hold the start. */
const ANSWER_TIMEOUT_MS = 20_000;
/** An answer is a list of hooks or a line; a program that prints this much does something else. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/** What it had printed when the answer was whole, or when it ended. Rejects when there was none in time. */
export function askProgram(request: {
  readonly command: readonly string[];
  readonly question: ProgramQuestion;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}): Promise<string> {
  const { command, question, cwd, environment } = request;
  const [program = '', ...parameters] = command;
  return new Promise((resolve, reject) => {
    // Leads its own group: launchers start the program proper as a child of theirs.
    const child = spawn(program, parameters, {
      cwd,
      env: { ...environment },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    let said = '';
    let isOver = false;
    const over = (act: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      if (child.pid !== undefined) endGroup(child.pid);
      act();
    };
    const fail = (what: string): void =>
      over(() =>
        reject(new Error(`"${program} ${parameters[0] ?? ''}" ${what}, so the agent cannot be gated`)),
      );
    const timer = setTimeout(
      () => fail(`gave no answer within ${ANSWER_TIMEOUT_MS / 1000} seconds`),
      ANSWER_TIMEOUT_MS,
    );
    child.on('error', (error) => fail(`could not be run (${error.message})`));
    child.on('close', () => over(() => resolve(said)));
    // It may end without reading; 'close' tells that better.
    child.stdin.on('error', () => {});
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      if (said.length > ANSWER_BYTES_MAX) fail('said too much');
      else if (question.isWhole(said)) over(() => resolve(said));
    });
    if (question.stdin === '') child.stdin.end();
    else child.stdin.write(question.stdin);
  });
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
