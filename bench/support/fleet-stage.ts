import { readlinkSync, realpathSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import type { Run } from '../../source/core/fleet.ts';
import { connectHolder } from '../../source/wire/holder-client.ts';
import { readMeta } from '../../source/wire/session-files.ts';
import { FleetHome, PROGRAM } from '../../test/support/fleet-home.ts';
import { pidsWith } from './processes.ts';
import { Sink } from './sink.ts';
import type { Stage, StageOptions } from './stage.ts';

const HOLDER_TIMEOUT_MS = 5_000;
/** Ink has loaded, the panes have told the programs their size, and these have drawn themselves. */
const SETTLE_MS = 1_500;

/** The real program: a daemon, a holder for each session, screens, and the control room typing to the first pane. */
export async function fleetStage(options: StageOptions): Promise<Stage> {
  const home = new FleetHome();
  try {
    return await openStage(home, options);
  } catch (error) {
    await home.close();
    throw error;
  }
}

async function openStage(home: FleetHome, options: StageOptions): Promise<Stage> {
  const runs: Run[] = [];
  for (const line of [...options.panes, ...(options.hidden ?? [])])
    runs.push(await home.start(['/bin/sh', '-c', `STAGE=ours; ${line}`]));
  const sink = new Sink({
    command: [PROGRAM.node, PROGRAM.script],
    env: home.environment,
    cwd: home.folder,
    ...(options.bytesPerSecond && { bytesPerSecond: options.bytesPerSecond }),
    ...(options.columns && { columns: options.columns }),
    ...(options.rows && { rows: options.rows }),
  });
  const typing = sink.until((painted) => painted.includes('TYPING'), 'typing mode');
  await after(SETTLE_MS);
  sink.write('1');
  sink.write('t');
  await typing;
  await after(SETTLE_MS);
  const metas = runs.flatMap(({ session }) => readMeta(home.places.session(session!)) ?? []);
  const holder = await connectHolder({ socket: metas[0]!.socket, epoch: 0, timeoutMs: HOLDER_TIMEOUT_MS });
  const { columns, rows } = await holder.status();
  holder.close();
  return {
    name: 'ours',
    sink,
    pane: { columns, rows },
    // What runs in the panes has the same environment, but is never Node.
    pids: () => [
      ...new Set([
        sink.pty.pid,
        ...metas.map((meta) => meta.holder.pid),
        ...pidsWith(`FLEET_HOME=${home.places.home}`).filter(isNode),
      ]),
    ],
    async close() {
      await sink.close();
      await home.close();
    },
  };
}

function isNode(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === realpathSync(PROGRAM.node);
  } catch {
    return false;
  }
}
