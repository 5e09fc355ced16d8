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
  const runs: Run[] = [];
  for (const line of [...options.panes, ...(options.hidden ?? [])])
    runs.push(await home.start(['/bin/sh', '-c', line]));
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
  const children = new Set(metas.map(({ child }) => child.pid));
  const holder = await connectHolder({ socket: metas[0]!.socket, epoch: 0, timeoutMs: HOLDER_TIMEOUT_MS });
  const { columns, rows } = await holder.status();
  holder.close();
  return {
    name: 'fleet-tui',
    sink,
    pane: { columns, rows },
    pids: () => [
      ...new Set([
        sink.pty.pid,
        ...metas.map((meta) => meta.holder.pid),
        ...pidsWith(`FLEET_HOME=${home.places.home}`).filter((pid) => !children.has(pid)),
      ]),
    ],
    async close() {
      await sink.close();
      await home.close();
    },
  };
}
