/** How a run is started: what its adapter says, once the installed program was found fit and asked what it must be asked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchRequest, ProgramStart, VendorAdapter } from '../core/vendors/vendor.ts';
import { askProgram } from './ask-program.ts';
import { clearStartFiles, writeStartFiles } from './start-files.ts';
import { unfitProgram } from './unfit-program.ts';

/** Throws an Error whose sentence says why it must not start. */
export async function launchOf(start: {
  readonly adapter: VendorAdapter;
  readonly request: LaunchRequest;
  readonly cwd: string;
}): Promise<ProgramStart> {
  const { adapter, request, cwd } = start;
  const first = adapter.launch(request);
  if (first.type === 'refused') throw new Error(first.reason);
  const program = (first.type === 'ask-first' && first.program) || first.command[0] || '';
  const environment = environmentOf(request, first);
  const unfit = await unfitProgram({ adapter, program, cwd, environment });
  if (unfit !== undefined) throw new Error(unfit);
  if (first.type === 'launch') return first;
  const { command, question, files = [] } = first;
  const { folder } = request;
  if (question.answerFile !== undefined) clearStartFiles(folder);
  writeStartFiles(folder, files);
  const said = await askProgram({ command, question, cwd, environment });
  const answer = question.answerFile === undefined ? said : readAnswer(join(folder, question.answerFile));
  const launch = adapter.launch({ ...request, answer });
  if (launch.type === 'launch') return launch;
  throw new Error(launch.type === 'refused' ? launch.reason : `${adapter.name} asks without an end`);
}

/** Empty when it was never written: that is an answer, too. */
function readAnswer(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** What the child gets to see. */
export function environmentOf(request: LaunchRequest, start: ProgramStart): Record<string, string> {
  const environment: Record<string, string> = { TERM: 'xterm-256color' };
  for (const [name, value] of Object.entries(request.environment))
    if (value !== undefined && !start.unsetEnv.includes(name)) environment[name] = value;
  return { ...environment, ...start.env };
}
