import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MODULE = resolve(import.meta.dirname, '..', '..', 'source', 'io', 'vault', 'os-vault.ts');

it.runIf(process.platform === 'linux')(
  'SE1 a host without a Secret Service is told so, and nothing is kept in the kernel instead',
  async () => {
    // A process of its own: the library reads its surroundings once.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '-e',
        `import(${JSON.stringify(MODULE)}).then(async ({ probeOsVault }) => console.log(JSON.stringify(await probeOsVault())))`,
      ],
      { env: { PATH: process.env['PATH'], DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' } },
    );
    expect(JSON.parse(stdout)).toMatchObject({
      type: 'unusable',
      reason: expect.stringContaining('Secret Service'),
    });
  },
);
