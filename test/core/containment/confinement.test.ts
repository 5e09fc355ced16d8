/** What a run sees, as a table of its mounts: the last one that covers a place decides. */
import { describe, expect, test } from 'vitest';
import { bwrapArguments, outerArguments } from '../../../source/core/containment/bwrap-arguments.ts';
import {
  confinementOf,
  type Confinement,
  type ConfinementRequest,
  type Mount,
} from '../../../source/core/containment/confinement.ts';
import { isWithin } from '../../../source/core/containment/paths.ts';

const REQUEST: ConfinementRequest = {
  tier: 'read_write',
  scopes: ['project', 'build'],
  worktree: '/home/ana/.fleet/worktrees/dev-r1',
  pinned: ['/home/ana/.fleet/worktrees/dev-r1/fleet.yaml'],
  secrets: ['/home/ana/.fleet/worktrees/dev-r1/.env'],
  git: {
    directory: '/home/ana/.fleet/contained/r1/git',
    pointer: '/home/ana/.fleet/contained/r1/gitfile',
    borrowed: ['/home/ana/project/.git/objects'],
  },
  folder: '/home/ana/.fleet/contained/r1',
  state: [{ from: '/home/ana/.fleet/contained/r1/state/claude', at: '/home/ana/.claude' }],
  reports: ['/home/ana/.fleet/spool/r1-1.jsonl'],
  startFiles: ['/home/ana/.fleet/start/r1-1'],
  readable: ['/home/ana/.nvm/versions/node/v24', '/home/ana/.nvm/versions/node/v24/bin'],
  otherProjects: ['/home/ana/other'],
  hidden: ['/home/ana/.fleet'],
  doors: [{ port: 901, socket: '/home/ana/.fleet/run/r1-1.gate.sock' }],
  environment: { PATH: '/usr/bin', HOME: '/home/ana' },
  system: {
    machine: 'x64',
    user: { uid: 1_234, gid: 1_234 },
    home: '/home/ana',
    places: [
      { type: 'folder', at: '/usr' },
      { type: 'link', at: '/bin', to: 'usr/bin' },
    ],
    procEntries: [],
    ownDevices: [],
    etc: '/home/ana/.fleet/contained/shared/system-1/etc',
    unmark: '/home/ana/.fleet/contained/shared/system-1/unmark',
    shells: [],
  },
};

function confined(changes: Partial<ConfinementRequest> = {}): Confinement {
  const result = confinementOf({ ...REQUEST, ...changes });
  if (result.type === 'refused') throw new Error(result.reason);
  return result.confinement;
}

/** What stands at a place: 'absent' where nothing was put. */
function seen(confinement: Confinement, path: string): 'write' | 'read' | 'own' | 'hidden' | 'absent' {
  const cover = confinement.mounts.findLast(
    (mount): mount is Exclude<Mount, { type: 'seal' }> => mount.type !== 'seal' && isWithin(path, mount.at),
  );
  switch (cover?.type) {
    case undefined:
      return 'absent';
    case 'read':
    case 'write':
      return cover.type;
    case 'hide':
      return 'hidden';
    default:
      return 'own';
  }
}

const WORKTREE = REQUEST.worktree;
const GIT = REQUEST.git!.directory;

describe('what a run sees', () => {
  test.each([
    ['a file of the worktree', `${WORKTREE}/src/main.ts`, 'write'],
    ['the pointer to the repository', `${WORKTREE}/.git`, 'read'],
    ['what decides about later runs', `${WORKTREE}/fleet.yaml`, 'read'],
    ['a secret file', `${WORKTREE}/.env`, 'hidden'],
    ['its branches', `${GIT}/refs/heads/fleet/dev/r1`, 'write'],
    ['its new objects', `${GIT}/objects/ab/cd`, 'write'],
    ['its hooks', `${GIT}/hooks/pre-commit`, 'read'],
    ['its git configuration', `${GIT}/config`, 'read'],
    ['what it borrows from', `${GIT}/objects/info/alternates`, 'read'],
    ["the project's objects", '/home/ana/project/.git/objects/pack/p', 'read'],
    ["the project's hooks", '/home/ana/project/.git/hooks/pre-commit', 'own'],
    ['its own state', '/home/ana/.claude/x', 'write'],
    ['what it is started with', '/home/ana/.fleet/start/r1-1/settings.json', 'read'],
    ['what another one is started with', '/home/ana/.fleet/start/r2-1/settings.json', 'own'],
    ['what its hooks report', '/home/ana/.fleet/spool/r1-1.jsonl', 'write'],
    ['what others report', '/home/ana/.fleet/spool/r2-1.jsonl', 'own'],
    ['the filter it runs under', '/home/ana/.fleet/contained/r1/filter', 'own'],
    ['the store', '/home/ana/.fleet/fleet.db', 'own'],
    ['another worktree', '/home/ana/.fleet/worktrees/docs-r2/x', 'own'],
    ['the ssh keys', '/home/ana/.ssh/id_ed25519', 'own'],
    ['another project', '/home/ana/other/x', 'own'],
    ['a toolchain', '/home/ana/.nvm/versions/node/v24/bin/node', 'read'],
    ['programs', '/usr/bin/git', 'read'],
    ['what of /etc was chosen', '/etc/passwd', 'read'],
    ['the sockets of the machine', '/run/docker.sock', 'absent'],
    ['other homes', '/home/ben/x', 'absent'],
    ['the machine below', '/sys/kernel/debug', 'absent'],
  ] as const)('PE12 read_write: %s', (_, path, expected) => {
    expect(seen(confined(), path)).toBe(expected);
  });

  test.each(['restricted', 'read_only'] as const)('PE12 %s writes nothing of the project', (tier) => {
    const confinement = confined({ tier });
    for (const path of [
      `${WORKTREE}/src/main.ts`,
      `${WORKTREE}/.git`,
      `${GIT}/refs/heads/x`,
      `${GIT}/objects/x`,
    ])
      expect(seen(confinement, path)).toBe('read');
    expect(seen(confinement, `${WORKTREE}/.env`)).toBe('hidden');
    expect(seen(confinement, '/tmp/x')).toBe('write');
  });

  test('PE6 without the project scope even read_write only reads', () => {
    expect(seen(confined({ scopes: ['build'] }), `${WORKTREE}/x`)).toBe('read');
  });

  test('PE6 other projects are seen with their scope, and then only read', () => {
    expect(seen(confined({ scopes: ['project', 'other-projects'] }), '/home/ana/other/x')).toBe('read');
  });

  test('PE12 every folder above a protected file is a mount, so that it cannot be renamed', () => {
    const places = confined().mounts.map(({ at }) => at);
    for (const path of [`${GIT}/config`, `${GIT}/objects/info/alternates`, `${WORKTREE}/.git`])
      for (
        let folder = path.slice(0, path.lastIndexOf('/'));
        isWithin(folder, GIT) || isWithin(folder, WORKTREE);
      ) {
        expect(places).toContain(folder);
        folder = folder.slice(0, folder.lastIndexOf('/'));
      }
  });

  test('PE12 FLEET_HOME inside a folder of the system is covered', () => {
    const confinement = confined({
      system: { ...REQUEST.system, places: [{ type: 'folder', at: '/opt' }] },
      hidden: ['/opt/fleet'],
    });
    expect(seen(confinement, '/opt/tool')).toBe('read');
    expect(seen(confinement, '/opt/fleet/fleet.db')).toBe('own');
  });
});

describe('what cannot be confined', () => {
  test.each([
    ['the home folder', { worktree: '/home/ana' }, /holds the whole home folder/],
    ['everything', { worktree: '/' }, /holds the whole home folder/],
    [
      'FLEET_HOME in the worktree',
      { worktree: '/srv/p', hidden: ['/srv/p/.fleet'] },
      /which no agent may see/,
    ],
    ['a toolchain that is the home folder', { readable: ['/home/ana'] }, /holds the whole home folder/],
    ['a relative path', { worktree: 'project' }, /not an absolute path/],
    ['a door an agent could take', { doors: [{ port: 8_080, socket: '/x' }] }, /could be taken/],
    [
      'another project that holds the home folder',
      { scopes: ['project', 'other-projects'], otherProjects: ['/home'] },
      /holds the whole home folder/,
    ],
  ] as const)('PE12 is refused: %s', (_, changes, reason) => {
    const result = confinementOf({ ...REQUEST, ...changes });
    expect(result).toMatchObject({ type: 'refused', reason: expect.stringMatching(reason) });
  });
});

describe('what surrounds it', () => {
  test('PE12 each shell is replaced by what takes the mark from it, and found elsewhere', () => {
    const { mounts, hasMarkedProgram } = confined({
      system: { ...REQUEST.system, shells: ['/usr/bin/dash', '/usr/bin/bash'] },
    });
    expect(hasMarkedProgram).toBe(true);
    expect(mounts).toContainEqual({ type: 'read', from: '/usr/bin', at: '/run/fleet/real/usr/bin' });
    for (const name of ['dash', 'bash'])
      expect(mounts).toContainEqual({
        type: 'read',
        from: `/home/ana/.fleet/contained/shared/system-1/unmark/usr-bin-${name}`,
        at: `/usr/bin/${name}`,
      });
  });

  test('PE12 root is somebody else inside, so that no program it starts gets anything back', () => {
    const { user } = confined({ system: { ...REQUEST.system, user: { uid: 0, gid: 0 } } });
    expect(user).toEqual({ uid: 1_000, gid: 1_000 });
  });

  test('SE6 nothing of the environment reaches a loader outside, or names a place that is not there', () => {
    const { environment } = confined({
      environment: {
        LD_PRELOAD: '/wt/evil.so',
        BASH_ENV: '/wt/e',
        SSH_AUTH_SOCK: '/s',
        TMPDIR: '/var/x',
        A: '1',
      },
    });
    expect(environment).toEqual({ A: '1', TMPDIR: '/tmp' });
  });

  test('PE12 the command lines, word for word', () => {
    const { mounts, ...rest } = confined({
      git: null,
      pinned: [],
      secrets: [],
      state: [],
      reports: [],
      startFiles: [],
      readable: [],
    });
    expect(outerArguments().join(' ')).toBe(
      '--dev-bind / / --unshare-user --uid 0 --gid 0 --unshare-net --unshare-pid --die-with-parent --cap-drop ALL --cap-add CAP_NET_BIND_SERVICE --cap-add CAP_SETFCAP',
    );
    expect(bwrapArguments({ ...rest, mounts }).join(' ')).toBe(
      [
        '--unshare-user --uid 1234 --gid 1234 --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try',
        '--hostname agent --die-with-parent --cap-drop ALL --ro-bind /usr /usr --symlink usr/bin /bin',
        '--proc /proc --dev /dev',
        '--ro-bind /home/ana/.fleet/contained/shared/system-1/etc /etc',
        '--bind /home/ana/.fleet/contained/r1/tmp /tmp --symlink /tmp /var/tmp',
        '--perms 0700 --size 536870912 --tmpfs /home/ana',
        `--bind ${WORKTREE} ${WORKTREE} --remount-ro / --chdir ${WORKTREE}`,
      ].join(' '),
    );
  });
});
