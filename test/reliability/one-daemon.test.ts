/** One daemon per home, whoever starts it and how many do so at once; a version that does not fit is told so. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectDaemon } from '../../source/wire/daemon-client.ts';
import { DAEMON_PROTOCOL, DaemonKind } from '../../source/wire/daemon-protocol.ts';
import { encodeFrame, encodeJsonFrame, FrameReader } from '../../source/wire/frames.ts';
import { GATE_PROTOCOL, GateKind } from '../../source/wire/gate-protocol.ts';
import { HOLDER_PROTOCOL, HolderKind } from '../../source/wire/holder-protocol.ts';
import { isAlive } from '../../source/wire/process-identity.ts';
import { SCREENS_PROTOCOL, ScreensKind } from '../../source/wire/screens-protocol.ts';
import { FleetHome, PROGRAM, VERSION } from '../support/fleet-home.ts';
import { killHard, pidOf, pidsOf } from '../support/home-processes.ts';
import { keptOutput } from '../support/numbered-output.ts';
import { until } from '../support/until.ts';

let home: FleetHome;
afterEach(() => home?.close());

const CLIENTS = 10;

describe('who starts the daemon', () => {
  it(`R3 ${CLIENTS} clients at once on a fresh home start one daemon, and each has its answer`, async () => {
    home = new FleetHome();
    const ran = await Promise.all(Array.from({ length: CLIENTS }, () => home.fleet(['ls'])));
    for (const { code, stdout, stderr } of ran) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('nothing runs here');
    }
    await until(() => pidsOf(home.places, 'daemon').length === 1 || undefined, 'the others to leave');
    expect((await home.log()).filter(({ event }) => event.type === 'daemon-started')).toHaveLength(1);
  });

  it(`R3 the same while it is killed under them`, async () => {
    home = new FleetHome();
    const run = await home.start(['/bin/cat']);
    const pid = await home.daemonPid();
    const asking = Promise.all(Array.from({ length: CLIENTS }, () => home.fleet(['ls'])));
    await killHard(pid);
    for (const { code, stdout, stderr } of await asking) {
      // Whoever had asked already and lost its daemon over it is told so; nobody hangs.
      if (code !== 0) expect(stderr).toBe('fleet ls: the daemon went away\n');
      else expect(stdout).toContain(run.id);
    }
    await until(() => pidsOf(home.places, 'daemon').length === 1 || undefined, 'one daemon to be left');
    expect((await home.fleet(['ls'])).stdout).toContain(run.id);
  });

  it('R3 a client that comes while it ends waits for the next one', async () => {
    home = new FleetHome();
    for (let round = 0; round < 5; round++) {
      const daemon = await home.connect();
      // Its answer is sent before it lets go of the lock: this is that moment.
      await daemon.ask({ type: 'shutdown' });
      expect((await home.fleet(['ls'])).code).toBe(0);
    }
  });

  it('R5 a second daemon does not start beside one that is stopped, and says why', async () => {
    home = new FleetHome();
    const pid = await home.daemonPid();
    process.kill(pid, 'SIGSTOP');
    try {
      const second = spawn(PROGRAM.node, [PROGRAM.script, 'daemon'], {
        env: home.environment,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let words = '';
      second.stderr.on('data', (chunk: Buffer) => (words += String(chunk)));
      const [code] = (await once(second, 'close')) as [number];
      expect({ code, words }).toEqual({
        code: 75,
        words: `fleet: a daemon already runs for ${home.places.home}\n`,
      });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('R5 a daemon that was stopped and wakes up beside a newer one may do nothing more, and leaves', async () => {
    home = new FleetHome();
    const run = await home.start(['/bin/cat']);
    const old = await home.daemonPid();
    const toOld = await connectDaemon({ socket: home.places.daemonSocket, version: VERSION, client: 'cli' });
    process.kill(old, 'SIGSTOP');
    try {
      // Only so can there be two: the lock holds as long as its file is there.
      rmSync(home.places.lock);
      const newer = spawn(PROGRAM.node, [PROGRAM.script, 'daemon'], {
        env: home.environment,
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      });
      await once(newer.stdout, 'data');
      expect((await home.fleet(['ls'])).stdout).toContain(run.id);
      expect(pidsOf(home.places, 'daemon').toSorted((a, b) => a - b)).toEqual(
        [old, newer.pid!].toSorted((a, b) => a - b),
      );
    } finally {
      process.kill(old, 'SIGCONT');
    }
    const stopped = await toOld
      .ask({ type: 'stop', run: run.id, reason: 'by the old one' })
      .catch((error: Error) => error);
    expect(stopped).toBeInstanceOf(Error);
    await until(() => pidsOf(home.places, 'daemon').length === 1 || undefined, 'the old one to leave');
    // Its leaving takes nothing of the new one's along.
    expect((await home.fleet(['ls'])).stdout).toContain(run.id);
    expect(isAlive(run.holder!) && isAlive(run.child!)).toBe(true);
    expect((await home.fleet(['send', run.id, 'still here'])).code).toBe(0);
    await until(
      () => keptOutput(home.places.session(run.session!)).includes('still here') || undefined,
      'its echo',
    );
    expect((await home.fleet(['log', 'verify'])).code).toBe(0);
  });

  it('R5 sockets whose files are removed are made anew', async () => {
    home = new FleetHome();
    const run = await home.start(['/bin/cat']);
    const pid = await home.daemonPid();
    rmSync(home.places.sockets, { recursive: true });
    const isBack = (socket: string) => until(() => existsSync(socket) || undefined, socket);
    await isBack(home.places.daemonSocket);
    await isBack(home.places.holderSocket(run.session!));
    await isBack(home.places.gateSocket(run.session!));
    await isBack(home.places.screensSocket);
    expect((await home.fleet(['ls'])).stdout).toContain(run.id);
    expect(await pidOf(home.places, 'daemon')).toBe(pid);
    // And adopted through it by the next daemon.
    await killHard(pid);
    expect((await home.fleet(['ls'])).stdout).toMatch(new RegExp(`${run.id} .*running`));
  });
});

describe('a version that does not fit', () => {
  const later = 99;
  const hello = Buffer.alloc(20);
  hello.writeUInt16BE(later, 0);
  hello.writeUInt16BE(later, 2);

  it('R4 is refused in words that say what to do, on every socket', async () => {
    home = new FleetHome();
    const run = await home.start(['/bin/cat']);
    const { places } = home;
    await until(() => existsSync(places.screensSocket) || undefined, 'screens');
    const token = { id: 'x', session: run.session!, token: 'wrong', dialect: 'fleet', payload: '{}' };
    const refusals = [
      await firstWords(
        places.daemonSocket,
        encodeJsonFrame(DaemonKind.Message, {
          type: 'hello',
          protocol: later,
          version: '9.9',
          client: 'cli',
        }),
      ),
      await firstWords(
        places.daemonSocket,
        encodeJsonFrame(DaemonKind.Message, { type: 'hello', protocol: 0, version: '0.0', client: 'cli' }),
      ),
      await firstWords(
        places.screensSocket,
        encodeJsonFrame(ScreensKind.Message, { type: 'hello', protocol: later }),
      ),
      await firstWords(places.holderSocket(run.session!), encodeFrame(HolderKind.Hello, hello)),
      await firstWords(
        places.gateSocket(run.session!),
        encodeJsonFrame(GateKind.Ask, { ...token, protocol: later }),
      ),
    ];
    const daemon = `the daemon is fleet-tui \\S+ \\(protocol ${DAEMON_PROTOCOL}\\), this is`;
    const expected = [
      `${daemon} 9.9 \\(protocol 99\\); run "fleet brain stop" with the older version`,
      `${daemon} 0.0 \\(protocol 0\\); update this fleet-tui`,
      `speaks protocol ${SCREENS_PROTOCOL} and you speak 99.*fleet brain stop`,
      `speaks holder protocol 1 to ${HOLDER_PROTOCOL}, and yours speaks 99 to 99: use the version`,
      `fleet-gate speaks protocol 99, the daemon ${GATE_PROTOCOL}; restart the agent`,
    ];
    for (const [i, pattern] of expected.entries()) expect(refusals[i]).toMatch(new RegExp(pattern));
    expect((await home.fleet(['ls'])).stdout).toContain(run.id);
  });
});

/** What a peer says first to these bytes, as text; it hangs up by itself afterwards. */
function firstWords(socket: string, bytes: Buffer): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FrameReader();
    const connection = connect(socket, () => connection.write(bytes));
    let words = '';
    connection.on('data', (chunk) => {
      for (const { payload } of reader.push(chunk)) words += payload.toString().replaceAll('\\"', '"');
    });
    connection.on('error', failed);
    connection.on('close', () => done(words));
  });
}
