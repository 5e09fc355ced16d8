/** Every way out of this machine that fleet knows of: who opened it, and why. */
import { isLive, type Fleet, type Run } from '../fleet.ts';
import { policyOfRun } from '../permissions/judge-call.ts';
import { writtenHosts } from './hosts-of-run.ts';

export interface NetworkPath {
  readonly type: 'proxy' | 'listed host' | 'allowed host' | 'model' | 'not contained';
  readonly run: string;
  readonly agent: string;
  /** Host and port, an address, or in words. */
  readonly to: string;
  /** false: it is written down, and nothing passes as things stand. */
  readonly isOpen: boolean;
  readonly openedBy: string;
  readonly why: string;
}

/** What the daemon has open. */
export interface OpenWays {
  /** Sessions with a proxy of their own. */
  readonly proxies: readonly string[];
  /** Sessions that ask a model by way of the broker, and where it passes them on to. */
  readonly models: readonly { readonly session: string; readonly upstream: string; readonly key: string }[];
}

export function networkPaths(fleet: Fleet, open: OpenWays): readonly NetworkPath[] {
  return Object.values(fleet.runs)
    .filter(isLive)
    .sort((a, b) => a.requestedAt - b.requestedAt)
    .flatMap((run) => [
      ...(run.isContained ? contained(fleet, run, open) : [uncontained(run)]),
      ...models(run, open),
    ]);
}

function contained(fleet: Fleet, run: Run, { proxies }: OpenWays): NetworkPath[] {
  const of = { run: run.id, agent: run.agent };
  const { scopes } = policyOfRun(fleet, run);
  const isOn = scopes.includes('network');
  const grant = run.grants.network;
  const hosts = run.hosts ?? [];
  const hasProxy = proxies.includes(run.session ?? '');
  return [
    {
      ...of,
      type: 'proxy',
      to: isOn || hosts.length > 0 ? 'the hosts below' : 'no host',
      isOpen: hasProxy,
      openedBy: 'daemon',
      why: 'its run is contained: there is no other way into the network',
    },
    ...writtenHosts(fleet, run).map((host): NetworkPath => ({
      ...of,
      type: 'listed host',
      to: host,
      isOpen: isOn && hasProxy,
      openedBy: isOn ? (grant?.by ?? 'policy.yaml') : 'nobody',
      why: isOn
        ? `its files list it, and it has the scope network${grant ? ` (${grant.reason})` : ''}`
        : 'its files list it, and it has not the scope network',
    })),
    ...hosts.map(({ host, port, by }): NetworkPath => ({
      ...of,
      type: 'allowed host',
      to: `${host}:${port}`,
      isOpen: hasProxy,
      openedBy: by,
      why: 'it asked, and a person said yes for this run',
    })),
  ];
}

const uncontained = (run: Run): NetworkPath => ({
  type: 'not contained',
  run: run.id,
  agent: run.agent,
  to: 'everything this machine reaches',
  isOpen: true,
  openedBy: run.by,
  why: 'it runs without a sandbox (sandbox: on contains it)',
});

function models(run: Run, open: OpenWays): NetworkPath[] {
  return open.models
    .filter(({ session }) => session === run.session)
    .map(({ upstream, key }) => ({
      type: 'model',
      run: run.id,
      agent: run.agent,
      to: upstream,
      isOpen: true,
      openedBy: 'daemon',
      why: `its project names the service of its models; the key is the secret ${key}, which the agent has not`,
    }));
}
