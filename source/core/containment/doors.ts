/** Loopback ports inside a sandbox, by what answers there. Below 1024, so that nobody inside can take one. */

/** The session's gate; a gate inside is told `tcp:PORT` where it would be told a socket. */
export const GATE_PORT = 901;

/** The proxy that leads into the network. */
export const EGRESS_PORT = 902;

/** The service that runs the model, reached by way of us. */
export const MODEL_PORT = 900;

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

/** A whole URL of the loopback with a port, nobody's name in front of it; only where a URL may begin. */
const LOOPBACK_URL = /(?<![\w/])(https?):\/\/(127(?:\.\d{1,3}){3}|localhost|\[::1\]):(\d{1,5})(?![\d.\w])/g;

/**
 * Collects the services that texts name, and says how they are spelled inside. Known ones keep their ports: a copy
 * of a file made at an earlier start still names them.
 */
export class LoopbackServices {
  readonly #found: LoopbackService[];

  constructor(known: readonly LoopbackService[]) {
    this.#found = [...known];
  }

  get all(): readonly LoopbackService[] {
    return this.#found;
  }

  /** The text as it has to read inside. */
  inText(text: string): string {
    return text.replaceAll(LOOPBACK_URL, (url: string, scheme: string, name: string, port: string) => {
      const service = this.#serviceAt(name === '[::1]' ? '::1' : name, Number(port));
      return service === null ? url : `${scheme}://127.0.0.1:${service.port}`;
    });
  }

  inEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        BASE_URL_NAME.test(name) ? this.inText(value) : value,
      ]),
    );
  }

  #serviceAt(host: string, hostPort: number): LoopbackService | null {
    const known = this.#found.find((service) => service.host === host && service.hostPort === hostPort);
    if (known) return known;
    if (this.#found.length >= LOOPBACK_SERVICES_MAX) return null;
    const service = { port: LOOPBACK_PORT + this.#found.length, host, hostPort };
    this.#found.push(service);
    return service;
  }
}
