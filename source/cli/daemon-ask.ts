/** How commands reach the daemon: connect (starting it if need be), ask, leave. */
import type { Ask, AskValue } from '../wire/daemon-protocol.ts';
import type { DaemonConnection } from '../wire/daemon-client.ts';
import { ensureDaemon } from '../wire/ensure-daemon.ts';
import { placesOf, type Places } from '../wire/places.ts';
import type { Invocation } from './command.ts';

export const placesFor = (invocation: Invocation): Places => placesOf(invocation.env);

/** One connection for a whole command; closed whatever happens. */
export async function withDaemon<T>(
  invocation: Invocation,
  work: (daemon: DaemonConnection) => Promise<T>,
): Promise<T> {
  const { program, version } = invocation;
  const daemon = await ensureDaemon({ places: placesFor(invocation), program, version, client: 'cli' });
  try {
    return await work(daemon);
  } finally {
    daemon.close();
  }
}

/** A single question. Throws DaemonError with the daemon's words. */
export function askDaemon<A extends Ask>(invocation: Invocation, ask: A): Promise<AskValue[A['type']]> {
  return withDaemon(invocation, (daemon) => daemon.ask(ask));
}
