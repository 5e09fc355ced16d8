/**
 * The daemon: takes the lock, opens the store, brings the log and the world together, then serves. Killed
 * at any moment no session ends, nothing acknowledged is lost, and nothing is approved.
 */
import { hostname, userInfo } from 'node:os';
import { noticesOf } from '../core/notices.ts';
import { DEFAULT_WEIGHTS, type Weights } from '../core/risk/weights.ts';
import { takeLock } from '../io/store/daemon-lock.ts';
import { StoreError } from '../io/store/store-error.ts';
import { openStore, type Store } from '../io/store/store.ts';
import { readWeights, weightsPlaces } from '../io/store/weights-file.ts';
import type { DaemonFacts } from '../wire/daemon-protocol.ts';
import type { Places } from '../wire/places.ts';
import { ensurePrivateDirectory, PrivateDirectoryError } from '../wire/private-directory.ts';
import { bootId, identityOf } from '../wire/process-identity.ts';
import { Asks } from './asks.ts';
import { Brain } from './brain.ts';
import { Clients } from './clients.ts';
import { Configuration } from './configuration.ts';
import { Evidence } from './evidence.ts';
import { Gates } from './gates.ts';
import { scanHolders, type Program } from './holders.ts';
import { Loop } from './loop.ts';
import { Notifier } from './notifier.ts';
import { parseAsk } from './parse-ask.ts';
import { Performer } from './performer.ts';
import { describeRebuild, loadFleet, rebuildFleet, saveFleet } from './rebuild.ts';
import { Reconciler } from './reconcile.ts';
import { ScreensLink } from './screens-link.ts';
import { Sessions } from './sessions.ts';
import { VaultKeeper } from './vault-keeper.ts';
import { ingestSpool } from './spool.ts';
import { Collector } from './collector.ts';
import { Egresses } from './egress.ts';
import { Models } from './models.ts';
import { WaysOut } from './ways-out.ts';

/** How often expiry is looked at: a request lives at most this much longer than it says. */
const TICK_MS = 1_000;
/** An hour of decisions is the most a broken disk may take. */
const BACKUP_MS = 60 * 60_000;
/** The state is saved every so many events: a restart then folds at most this many. */
const SAVE_EVERY_EVENTS = 2_000;
const APPROVAL_LIFE_SECONDS = 3_600;

/** Exit codes, after sysexits: another one runs; the disk failed; the store is damaged or newer; other files are in the way. */
const EXIT = { locked: 75, disk: 74, store: 65, files: 73 } as const;

export interface DaemonOptions {
  readonly places: Places;
  readonly program: Program;
  readonly gateScript: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Resolves with the exit code once the daemon has been asked to end. Says READY on stdout when it serves. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  try {
    return await run(options);
  } catch (error) {
    process.stderr.write(`fleet: ${describe(error, options.places)}\n`);
    // Whatever was begun (connections to holders, timers) would keep a process that serves nobody, and its lock.
    return process.exit(error instanceof StoreError ? EXIT.store : EXIT.files);
  }
}

/** Files that are damaged or not ours are told in words; a mistake of our own with where it was made. */
function describe(error: unknown, { home }: Places): string {
  if (error instanceof StoreError || error instanceof PrivateDirectoryError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return 'code' in error
    ? `${error.message}; ${home} and what is in it must be yours and writable`
    : (error.stack ?? error.message);
}

async function run(options: DaemonOptions): Promise<number> {
  const { places } = options;
  for (const folder of [
    places.home,
    places.sockets,
    places.logs,
    places.sessions,
    places.spool,
    places.worktrees,
    places.backups,
    places.evidence,
  ])
    ensurePrivateDirectory(folder);
  const lock = takeLock(places.lock);
  if (!lock) {
    process.stderr.write(`fleet: a daemon already runs for ${places.home}\n`);
    return EXIT.locked;
  }
  const store = openStore({
    file: places.database,
    backups: places.backups,
    host: hostname(),
    bootId: bootId(),
    now: Date.now,
  });
  const code = await serve(options, store);
  store.close();
  lock.release();
  return code;
}

/** Weights nobody vouches for stop nobody: the built-in ones do, and everybody sees why. */
function weightsInForce({ home, database }: Places, warnings: string[]): Weights {
  try {
    return readWeights(weightsPlaces(home).inForce, database)?.weights ?? DEFAULT_WEIGHTS;
  } catch (error) {
    warnings.push(error instanceof Error ? error.message : String(error));
    return DEFAULT_WEIGHTS;
  }
}

async function serve(options: DaemonOptions, store: Store): Promise<number> {
  const { places, program, gateScript, version, environment } = options;
  const found = await scanHolders(places);
  // A restored log may be older than what its holders have seen, and they obey only the highest.
  const epoch = store.takeEpoch(Math.max(0, ...found.map(({ hello }) => hello?.epoch ?? 0)));
  const startedAt = Date.now();
  const warnings: string[] = [];
  let backupProblem: readonly string[] = [];
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((done) => (end = done));

  let savedAt = 0;
  const fleet = loadFleet(store);
  savedAt = fleet.seq;
  const facts = (): DaemonFacts => ({
    pid: process.pid,
    epoch,
    version,
    startedAt,
    warnings: [
      ...warnings,
      ...backupProblem,
      ...store.warnings(),
      ...reconciler.warnings,
      ...screens.warnings,
      ...collector.warnings,
      ...configuration.warnings,
      ...notifier.warnings,
    ],
  });
  const person = `person:${userInfo().username}`;

  const sessions = new Sessions({
    places,
    epoch,
    notices: {
      exited: (session, { code, signal, at }) =>
        void loop.submit({ type: 'session-exited', session, code, signal, exitedAt: at }),
      hungUp: (session) => reconciler.look(session),
    },
  });
  const screens = new ScreensLink({ places, program });
  const waysOut = new WaysOut(places);
  const collector = new Collector(places);
  const approvalLifeMs = 1_000 * (Number(environment['FLEET_APPROVAL_SECONDS']) || APPROVAL_LIFE_SECONDS);
  const egresses = new Egresses({ places, loop: () => loop, approvalLifeMs, now: Date.now });
  const gates = new Gates({
    places,
    loop: () => loop,
    configuration: () => configuration,
    approvalLifeMs,
    now: Date.now,
  });
  const configuration = new Configuration({ policyFile: places.policy, loop: () => loop });
  const evidence = new Evidence({ folder: places.evidence, fleet: () => loop.fleet, screens });
  const brain = new Brain({
    loop: () => loop,
    now: Date.now,
    speed: Number(environment['FLEET_BRAIN_SPEED']) || 1,
    weights: weightsInForce(places, warnings),
  });
  const vault = new VaultKeeper(places.vault);
  const models = new Models({ places, loop: () => loop, vault });
  const performer = new Performer({
    places,
    program,
    gateScript,
    loop: () => loop,
    sessions,
    gates,
    waysOut,
    egresses,
    models,
    collector,
    screens,
    evidence,
    vault,
    unreached: (session) => reconciler.look(session),
  });
  const reconciler = new Reconciler({
    places,
    loop: () => loop,
    sessions,
    gates,
    waysOut,
    egresses,
    models,
    screens,
  });
  const clients = new Clients({
    socket: places.daemonSocket,
    version,
    facts,
    fleet: () => loop.fleet,
    answer: async (ask) => asks.answer(parseAsk(ask), person),
    replaced: () => {
      process.stderr.write('fleet: another daemon has taken over, or the home is gone; this one leaves\n');
      end(EXIT.locked);
    },
  });
  const notifier = new Notifier({
    command: () => loop.fleet.policy.notifyCommand ?? null,
    now: Date.now,
    environment,
  });
  // As it was published last: notices are about what has changed since.
  let known = fleet;
  const loop = new Loop({
    store,
    fleet,
    now: Date.now,
    publish: (events, now) => {
      clients.publish(events);
      notifier.tell(noticesOf(events, known, now));
      known = now;
      brain.see(events);
      if (now.seq - savedAt < SAVE_EVERY_EVENTS) return;
      savedAt = now.seq;
      saveFleet(store, now);
    },
    perform: (effect) => performer.perform(effect),
    failed: (error) => {
      // A full disk refuses what was asked and recovers with space; anything else may have lost what it claimed to keep.
      if (error instanceof StoreError && error.code === 'FULL') return;
      process.stderr.write(
        `fleet: the event store failed: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      end(EXIT.disk);
    },
  });
  const asks = new Asks({
    loop,
    store,
    sessions,
    screens,
    performer,
    collector,
    configuration,
    notifier,
    policyFile: places.policy,
    vault,
    models,
    egresses,
    brain,
    evidence,
    facts,
    rebuild: () => describeRebuild(loop.fleet, rebuildFleet(store)),
    shutdown: () => end(0),
  });

  brain.recall(store);
  const process_ = identityOf(process.pid);
  if (process_) await loop.submit({ type: 'daemon-started', version, process: process_ });
  await configuration.refresh(null);
  await screens.start();
  // First what was said, then who is gone: a call of a session that has ended meanwhile is still open here.
  warnings.push(...(await ingestSpool({ places, loop })));
  await reconciler.all(found);
  await reconciler.recover(found);
  await clients.listen();
  brain.start();
  const tick = setInterval(() => {
    loop.submit({ type: 'tick' }).catch(() => {});
    void configuration.refreshAll();
  }, TICK_MS);
  const backup = setInterval(() => {
    store.backup().then(
      () => (backupProblem = []),
      (error: unknown) => (backupProblem = [`the hourly backup failed: ${String(error)}`]),
    );
  }, BACKUP_MS);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0));
  process.stdout.write('READY\n');

  const code = await ended;
  clearInterval(tick);
  clearInterval(backup);
  brain.close();
  reconciler.close();
  notifier.close();
  if (code === 0) {
    await models.tellAll();
    await loop.submit({ type: 'daemon-stopped' });
    saveFleet(store, loop.fleet);
  }
  clients.close();
  gates.closeAll();
  waysOut.closeAll();
  egresses.closeAll();
  await models.closeAll();
  screens.close();
  sessions.close();
  return code;
}
