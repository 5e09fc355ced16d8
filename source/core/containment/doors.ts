/** Loopback ports inside a sandbox, by what answers there. Below 1024, so that nobody inside can take one. */

/** The session's gate; a gate inside is told `tcp:PORT` where it would be told a socket. */
export const GATE_PORT = 901;

/** Services on the machine's own loopback that the person pointed the agent's CLI at: the first of them. */
const LOOPBACK_PORT = 903;

/** A CLI has a base URL or two; more than this is no longer "its model". */
const LOOPBACK_SERVICES_MAX = 8;

export interface LoopbackService {
  /** Where it is inside. */
  readonly port: number;
  /** Where it is on the machine. */
  readonly host: string;
  readonly hostPort: number;
}

const BASE_URL_NAME = /_(?:BASE_URL|ENDPOINT)$/;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;

/** The variables as they read inside, and the services that must answer there for them. */
export function loopbackServices(environment: Readonly<Record<string, string>>): {
  readonly environment: Readonly<Record<string, string>>;
  readonly services: readonly LoopbackService[];
} {
  const services: LoopbackService[] = [];
  const inside: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    inside[name] = value;
    const url = BASE_URL_NAME.test(name)
      ? /^(https?):\/\/([^/:@\s]+|\[::1\]):(\d{1,5})(\/.*)?$/.exec(value)
      : null;
    if (!url || !LOOPBACK.test(url[2]!) || services.length >= LOOPBACK_SERVICES_MAX) continue;
    const host = url[2] === '[::1]' ? '::1' : url[2]!;
    const hostPort = Number(url[3]);
    const known = services.find((service) => service.host === host && service.hostPort === hostPort);
    const port = known?.port ?? LOOPBACK_PORT + services.length;
    if (!known) services.push({ port, host, hostPort });
    inside[name] = `${url[1]}://127.0.0.1:${port}${url[4] ?? ''}`;
  }
  return { environment: inside, services };
}
