/** PE12: what an agent may talk to answers on its loopback, from where it can be neither ended nor replaced. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { NO_SANDBOX, PEOPLE, SandboxLab } from '../support/sandbox-lab.ts';

let lab: SandboxLab;
let server: Server | undefined;
afterEach(() => {
  server?.close();
  lab.close();
});

const PORT = 901;

/** A daemon that says back what it is asked, in capitals. */
async function labWithDoor(person: (typeof PEOPLE)[number]): Promise<{ port: number; socket: string }[]> {
  lab = await SandboxLab.open(person);
  const socket = join(lab.folder, 'gate.sock');
  server = createServer({ allowHalfOpen: true }, (connection) => {
    connection.on('error', () => connection.destroy());
    connection.on('data', (bytes) => connection.end(bytes.toString().toUpperCase()));
  });
  await new Promise<void>((done) => server!.listen(socket, done));
  lab.person(`[ -w "${socket}" ] || true`);
  const { chmodSync } = await import('node:fs');
  chmodSync(socket, 0o777);
  return [{ port: PORT, socket }];
}

/** Tries until the bridge is there: it is started beside the agent, not before it. */
const ask = (words: string): string =>
  `perl -e 'use Socket; for (1 .. 200) { socket(S, PF_INET, SOCK_STREAM, 0); if (connect(S, sockaddr_in(${PORT}, inet_aton("127.0.0.1")))) { syswrite S, "${words}"; shutdown S, 1; print <S>; exit } select undef, undef, undef, 0.02 } print "nobody there"'`;

describe.skipIf(NO_SANDBOX !== null).each(PEOPLE)(
  `doors of $name${NO_SANDBOX ? ' (skipped)' : ''}`,
  (person) => {
    test('PE12 a question gets through and its answer back', async () => {
      const doors = await labWithDoor(person);
      const { output } = await lab.inside({ doors, script: ask('may i') });
      expect(output).toBe('MAY I');
    });

    test('PE12 nobody inside can answer in its place', async () => {
      const doors = await labWithDoor(person);
      const bind = (address: string): string =>
        `perl -e 'use Socket; socket(S, PF_INET, SOCK_STREAM, 0); setsockopt(S, 1, 15, 1); setsockopt(S, 1, 2, 1); print bind(S, sockaddr_in(${PORT}, inet_aton("${address}"))) ? "taken" : "refused: $!", "\\n"'`;
      // At once, before the bridge is there, and afterwards.
      const script = `${bind('127.0.0.1')}; ${bind('0.0.0.0')}; ${ask('x')}; echo; ${bind('127.0.0.1')}; ${bind('127.0.0.2')}`;
      const { output } = await lab.inside({ doors, script });
      expect(output.split('\n').filter((line) => /taken/.test(line))).toEqual([]);
      expect(output.match(/refused: Permission denied/g)).toHaveLength(4);
    });

    test('PE12 it can be neither seen nor ended from inside', async () => {
      const doors = await labWithDoor(person);
      const script = `${ask('before')}; echo; cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c fleet-bridg[e]; kill -9 -1; ${ask('after')}`;
      const { output } = await lab.inside({ doors, script: `trap '' TERM; ${script}` });
      expect(output).toContain('BEFORE');
      expect(output).toContain('\n0\n');
      const again = await lab.inside({ doors, script: `(kill -9 -1) & sleep 0.2; ${ask('after')}` });
      expect(again.output === '' || again.output.includes('AFTER')).toBe(true);
    });

    test('PE12 the socket behind it is not there', async () => {
      const doors = await labWithDoor(person);
      const { output } = await lab.inside({ doors, script: `ls -la "${doors[0]!.socket}"` });
      expect(existsSync(doors[0]!.socket)).toBe(true);
      expect(output).toMatch(/No such file/);
    });
  },
);
