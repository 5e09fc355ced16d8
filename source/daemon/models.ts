/**
 * The services that run models of projects, reached by way of us: an agent holds a token that is worth something
 * only here and while its session lives, the key is taken from the vault at each request. What was given out is
 * kept on disk without the tokens themselves, so that a daemon that comes after this one serves the same sessions.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Door } from '../core/containment/confinement.ts';
import { MODEL_PORT } from '../core/containment/doors.ts';
import { isEnded, runOfSession, type Run } from '../core/fleet.ts';
import { modelEnvironment } from '../core/network/model-access.ts';
import type { ModelBackend } from '../core/network/model-providers.ts';
import { definitionOf } from '../core/permissions/policy-of.ts';
import { startModelBroker, type BrokerRequest, type ModelBroker } from '../io/network/model-broker.ts';
import type { Places } from '../wire/places.ts';
import type { PrivateSocket } from '../wire/private-socket.ts';
import type { Loop } from './loop.ts';
import type { VaultKeeper } from './vault-keeper.ts';
import { relay } from './ways-out.ts';

export interface ModelAccess {
  readonly environment: Readonly<Record<string, string>>;
  /** For the session's bridge; none of a session that is not contained. */
  readonly doors: readonly Door[];
}

/** A session that may ask, as it is kept on disk. */
interface Admitted extends ModelBackend {
  readonly session: string;
  readonly project: string;
  readonly tokenHash: string;
  readonly isInside: boolean;
}

type Who = Pick<Run, 'project' | 'agent' | 'vendor'>;

interface Kept {
  readonly port: number;
  readonly sessions: readonly Admitted[];
}

interface Asked {
  requests: number;
  bytesUp: number;
  bytesDown: number;
}

export class Models {
  readonly #places: Places;
  readonly #loop: () => Loop;
  readonly #vault: VaultKeeper;
  readonly #file: string;
  readonly #admitted = new Map<string, Admitted>();
  readonly #relays = new Map<string, PrivateSocket>();
  readonly #asked = new Map<string, Asked>();
  /** Admitted by a daemon before this one, and not yet found again. */
  readonly #before: readonly Admitted[];
  readonly #portBefore: number;
  #broker: Promise<ModelBroker> | null = null;

  constructor(options: { readonly places: Places; readonly loop: () => Loop; readonly vault: VaultKeeper }) {
    this.#places = options.places;
    this.#loop = options.loop;
    this.#vault = options.vault;
    this.#file = join(options.places.home, 'models.json');
    ({ port: this.#portBefore, sessions: this.#before } = keptIn(this.#file));
  }

  /** Sessions that may ask, where they are passed on to, and the name of the key. */
  get sessions(): readonly { readonly session: string; readonly upstream: string; readonly key: string }[] {
    return [...this.#admitted.values()].map(({ session, upstream, key }) => ({ session, upstream, key }));
  }

  /** Throws an Error that says what is missing; nothing where the project names no service. */
  async requireKey(who: Who): Promise<void> {
    const { project } = who;
    const backend = this.#backendOf(who);
    if (!backend) return;
    const { provider, key } = backend;
    const needs = `the models of this project run at ${provider} with the secret ${key} (fleet.yaml, backend)`;
    let value: string | undefined;
    try {
      value = await this.#vault.get(project, key);
    } catch (error) {
      throw new Error(`${needs}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    if (value === undefined)
      throw new Error(`${needs}, which is not in the vault; put it in: fleet vault set ${key}`);
  }

  /** null where the project names no service: the agent's CLI has a login of its own. */
  async admit(run: Run, session: string, isInside: boolean): Promise<ModelAccess | null> {
    const backend = this.#backendOf(run);
    if (!backend) return null;
    await this.requireKey(run);
    const token = `fleet-${randomBytes(32).toString('base64url')}`;
    const tokenHash = createHash('sha256').update(token).digest('hex');
    const { provider, upstream, key } = backend;
    const doors = await this.#admit({
      session,
      project: run.project,
      tokenHash,
      isInside,
      provider,
      upstream,
      key,
    });
    const port = isInside ? MODEL_PORT : (await this.#broker!).port;
    const url = `http://127.0.0.1:${port}`;
    return { environment: modelEnvironment({ vendor: run.vendor, provider, url, token }), doors };
  }

  /** Of a session that was started by a daemon before this one; nothing when it asks nobody here. */
  async openAgain(session: string): Promise<void> {
    const kept = this.#before.find((known) => known.session === session);
    if (kept && !this.#admitted.has(session)) await this.#admit(kept);
  }

  /** Its token is worth nothing from now on; what it asked for goes on record. */
  close(session: string): void {
    const admitted = this.#admitted.get(session);
    if (!admitted) return;
    this.#admitted.delete(session);
    this.#relays.get(session)?.close();
    this.#relays.delete(session);
    void this.#broker?.then((broker) => broker.revoke(session));
    void this.#tell(session, admitted);
    void this.#keep();
  }

  /** What sessions have asked so far goes on record, before nobody counts any more. */
  async tellAll(): Promise<void> {
    await Promise.all([...this.#admitted].map(([session, admitted]) => this.#tell(session, admitted)));
  }

  /** The sessions live on, and are served by the next daemon. */
  async closeAll(): Promise<void> {
    for (const socket of this.#relays.values()) socket.close();
    await (await this.#broker)?.close();
  }

  /** A shell that a person opens is no agent: it asks no model, and needs none. */
  #backendOf({ project, agent, vendor }: Who): ModelBackend | undefined {
    const { fleet } = this.#loop();
    const isAgent = vendor !== 'command' || definitionOf(fleet, project, agent) !== undefined;
    return isAgent ? fleet.projects[project]?.backend : undefined;
  }

  async #admit(admitted: Admitted): Promise<readonly Door[]> {
    const { session, project, provider, upstream, key, tokenHash, isInside } = admitted;
    this.#broker ??= this.#start();
    const broker = await this.#broker;
    broker.admit({
      run: session,
      provider,
      upstream,
      tokenHash,
      // A vault that is locked by now has no key either; the agent is told so and may ask again.
      key: () => this.#vault.get(project, key).catch(() => undefined),
    });
    this.#admitted.set(session, admitted);
    await this.#keep();
    if (!isInside) return [];
    const socket = join(this.#places.sockets, `${session}.${MODEL_PORT}.sock`);
    this.#relays.set(session, await relay(socket, '127.0.0.1', broker.port!));
    return [{ port: MODEL_PORT, socket }];
  }

  /** At the port it had before, which sessions that are not contained were told. */
  async #start(): Promise<ModelBroker> {
    const onRequest = (request: BrokerRequest): void => this.#count(request);
    try {
      return await startModelBroker({ listen: { port: this.#portBefore }, onRequest });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      return startModelBroker({ listen: { port: 0 }, onRequest });
    }
  }

  #count({ run: session, bytesUp, bytesDown }: BrokerRequest): void {
    const asked = this.#asked.get(session) ?? { requests: 0, bytesUp: 0, bytesDown: 0 };
    asked.requests++;
    asked.bytesUp += bytesUp;
    asked.bytesDown += bytesDown;
    if (this.#admitted.has(session)) this.#asked.set(session, asked);
  }

  async #tell(session: string, { provider }: Admitted): Promise<void> {
    const asked = this.#asked.get(session);
    this.#asked.delete(session);
    if (!asked) return;
    await this.#loop()
      .submit({ type: 'model-requested', session, provider, ...asked })
      // The store failed: the loop was told, and ends the daemon.
      .catch(() => {});
  }

  async #keep(): Promise<void> {
    const port = (await this.#broker)?.port;
    if (port === undefined || port === null) return;
    const { fleet } = this.#loop();
    const before = this.#before.filter(({ session }) => {
      const run = this.#admitted.has(session) ? undefined : runOfSession(fleet, session);
      return run && !isEnded(run);
    });
    const kept: Kept = { port, sessions: [...before, ...this.#admitted.values()] };
    writeFileSync(`${this.#file}~`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${this.#file}~`, this.#file);
  }
}

function keptIn(file: string): Kept {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  } catch {
    // None yet, or damaged: its sessions are told that their token is unknown, and can be restarted.
    return { port: 0, sessions: [] };
  }
}
