/** AG7 `fleet doctor` proves containment, and says what to do where it cannot. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROGRAM } from '../support/fleet-home.ts';
import { NO_SANDBOX, PEOPLE } from '../support/sandbox-lab.ts';

interface Said {
  readonly code: number;
  readonly findings: readonly {
    readonly what: string;
    readonly state: string;
    readonly found: string;
    readonly fix: string;
  }[];
}

function doctor(path: string, person?: { readonly uid: number; readonly gid: number }): Promise<Said> {
  return new Promise((done) => {
    execFile(
      PROGRAM.node,
      [PROGRAM.script, 'doctor', '--json'],
      // Where anybody may stand.
      { cwd: '/', env: { PATH: path }, ...(person && person.uid !== process.getuid!() ? person : {}) },
      (error, stdout) =>
        done({
          code: Number(error?.code ?? 0),
          findings: (JSON.parse(stdout) as { findings: Said['findings'] }).findings,
        }),
    );
  });
}

const containment = ({ findings }: Said) => findings.find(({ what }) => what === 'containment');

describe.skipIf(NO_SANDBOX !== null)(`fleet doctor${NO_SANDBOX ? ' (skipped)' : ''}`, () => {
  test.each(PEOPLE)('AG7 proves to $name that agents are contained', async ({ uid, gid }) => {
    const said = await doctor('/usr/bin:/bin', { uid, gid });
    expect(said.code).toBe(0);
    const { state, found } = containment(said)!;
    expect(state).toBe('fine');
    const tried = uid === 0 ? 10 : 9;
    expect(found).toMatch(new RegExp(`${tried} of ${tried} ways out tried and closed$`));
  });
});

test('AG7 without bubblewrap there is one command to run', async () => {
  const programs = mkdtempSync(join(tmpdir(), 'fleet-programs-'));
  symlinkSync('/usr/bin/git', join(programs, 'git'));
  const said = await doctor(programs);
  rmSync(programs, { recursive: true });
  expect(said.code).toBe(1);
  expect(containment(said)).toMatchObject({
    state: 'problem',
    found: 'bubblewrap is not installed; agents with "sandbox: on" are refused',
    fix: expect.stringMatching(/sudo apt-get install bubblewrap/),
  });
});
