/** Puts a launch into its sandbox: looks up what is there, lets core decide, and makes ready what that needs. */
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { confinementOf } from '../core/containment/confinement.ts';
import { GATE_PORT, LoopbackServices } from '../core/containment/doors.ts';
import { vendorStates } from '../core/containment/vendor-state.ts';
import type { Run } from '../core/fleet.ts';
import { isLoginFile } from '../core/network/model-access.ts';
import type { Policy } from '../core/policy/policy.ts';
import { makePrivateRepository, type PrivateRepository } from '../io/git/private-repository.ts';
import { repositoryOf } from '../io/git/repository.ts';
import { findSandbox } from '../io/sandbox/find-sandbox.ts';
import { programPlaces } from '../io/sandbox/program-places.ts';
import { makeFolder, sandboxedCommand } from '../io/sandbox/sandboxed-command.ts';
import { secretFiles } from '../io/sandbox/secret-files.ts';
import { seedState } from '../io/sandbox/seed-state.ts';
import { systemFacts } from '../io/sandbox/system-facts.ts';
import { ensurePrivateDirectory } from '../wire/private-directory.ts';
import type { Places } from '../wire/places.ts';
import type { ModelAccess } from './models.ts';
import type { WaysOut } from './ways-out.ts';

/** What a hook inside is told in place of the gate's socket. */
export const GATE_INSIDE = `tcp:${GATE_PORT}`;

export interface Launched {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Throws an Error that says why it cannot be contained, and how to start it all the same. */
export async function contain(given: {
  readonly places: Places;
  readonly waysOut: WaysOut;
  readonly node: string;
  readonly gateScript: string;
  readonly run: Run;
  readonly session: string;
  readonly policy: Policy;
  readonly otherProjects: readonly string[];
  readonly spool: string;
  readonly startFolder: string;
  readonly launch: Launched;
  /** Variables and doors that lead to us; they stand above what the agent was given. */
  readonly ours: ModelAccess;
  /** The person's own logins stay outside: its model is reached by way of us. */
  readonly hasModel: boolean;
}): Promise<Launched> {
  const { places, run, session, policy, launch } = given;
  const anyway = `or set "sandbox: off" for agent ${run.agent}`;
  const sandbox = await findSandbox();
  if (sandbox.type === 'none')
    throw new Error(`agent ${run.agent} is not contained: ${sandbox.reason}; ${sandbox.fix}; ${anyway}`);
  const folder = places.contained(run.id);
  ensurePrivateDirectory(folder);
  const user = { uid: process.getuid!(), gid: process.getgid!() };
  const system = await makeFolder(
    folder,
    places.contained('shared'),
    systemFacts(user, launch.env['HOME'] ?? '/nonexistent'),
  );
  const services = new LoopbackServices(given.waysOut.known(run.id));
  const { ours } = given;
  const theirs = Object.entries(launch.env).filter(([name]) => !(name in ours.environment));
  const environment = { ...services.inEnvironment(Object.fromEntries(theirs)), ...ours.environment };
  const states = vendorStates(run.vendor, system.home, launch.env).map((each) =>
    given.hasModel ? { ...each, seeds: each.seeds.filter(({ to }) => !isLoginFile(to)) } : each,
  );
  const state = states.map((each) => ({
    from: seedState({ state: each, folder, project: run.project, worktree: run.cwd, services }),
    at: each.at,
  }));
  const doors = [
    { port: GATE_PORT, socket: places.gateSocket(session) },
    ...ours.doors,
    ...(await given.waysOut.open({ run: run.id, session, services: services.all })),
  ];
  touch(given.spool);
  const bridge = { node: given.node, script: join(dirname(given.gateScript), 'fleet-bridge.cjs') };
  const confined = confinementOf({
    tier: policy.tier,
    scopes: policy.scopes,
    worktree: run.cwd,
    pinned: run.worktree ? [] : decidesLater(run.cwd),
    secrets: run.worktree ? [] : secretFiles(run.cwd),
    git: await gitPlaces(run, folder),
    folder,
    state,
    reports: [given.spool],
    startFiles: existsSync(given.startFolder) ? [given.startFolder] : [],
    readable: programPlaces({
      program: launch.command[0] ?? '',
      path: launch.env['PATH'] ?? '',
      cwd: run.cwd,
      home: system.home,
      // A script that its file names is a part of the agent.
      files: [given.node, given.gateScript, ...run.command.filter((word) => isFile(word))],
    }),
    otherProjects: given.otherProjects.filter((root) => root !== run.project),
    hidden: [places.home, places.sockets],
    doors,
    environment: { ...environment, ...Object.assign({}, ...states.map(({ env }) => env)) },
    system,
  });
  if (confined.type === 'refused')
    throw new Error(`agent ${run.agent} cannot be contained: ${confined.reason}; ${anyway}`);
  const { confinement } = confined;
  const command = sandboxedCommand({
    bubblewrap: sandbox.bubblewrap,
    confinement,
    folder,
    bridge,
    command: launch.command,
  });
  return { command, env: confinement.environment };
}

/** Only a worktree of the run's own gets a repository of its own, once; it outlives restarts. */
async function gitPlaces(run: Run, folder: string): Promise<PrivateRepository | null> {
  if (!run.worktree) return null;
  const repository = await repositoryOf(run.worktree.repository);
  if (!repository) throw new Error(`${run.worktree.repository} is no repository any more`);
  const { path, branch } = run.worktree;
  return makePrivateRepository({ repository, worktree: path, branch, folder });
}

/** In a folder that is the person's own: what is obeyed by their git and by our next start. */
function decidesLater(folder: string): string[] {
  return ['.git', 'fleet.yaml', 'agents', '.claude', '.mcp.json', '.vscode', '.envrc']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path));
}

function isFile(word: string): boolean {
  return isAbsolute(word) && (statSync(word, { throwIfNoEntry: false })?.isFile() ?? false);
}

/** A mount needs a file to stand on. */
function touch(file: string): void {
  ensurePrivateDirectory(dirname(file));
  closeSync(openSync(file, 'a', 0o600));
}
