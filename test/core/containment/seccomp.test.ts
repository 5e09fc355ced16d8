/** The filter, run on calls as the kernel would: every machine's numbers, and what slips past a careless one. */
import { describe, expect, test } from 'vitest';
import { seccompProgram } from '../../../source/core/containment/seccomp.ts';
import {
  CHECKED_CALLS,
  MACHINES,
  REFUSED_CALLS,
  type Machine,
} from '../../../source/core/containment/system-calls.ts';

const ALLOWED = 'allowed';
const EPERM = 'errno 1';
const ENOSYS = 'errno 38';

const AUDIT: Readonly<Record<Machine, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

interface Call {
  readonly number: number;
  readonly arguments?: readonly bigint[];
  readonly audit?: number;
}

/** The five instructions the program is made of, as linux/bpf_common.h defines them. */
function run(machine: Machine, call: Call): string {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.audit ?? AUDIT[machine], true);
  for (const [index, value] of (call.arguments ?? []).entries())
    data.setBigUint64(16 + 8 * index, value, true);
  const bytes = seccompProgram(machine);
  const program = new DataView(bytes.buffer);
  let accumulator = 0;
  for (let at = 0; at < bytes.length / 8; at += 1) {
    const value = program.getUint32(8 * at + 4, true);
    const jump = (is: boolean): void => {
      at += program.getUint8(8 * at + (is ? 2 : 3));
    };
    switch (program.getUint16(8 * at, true)) {
      case 0x20:
        accumulator = data.getUint32(value, true);
        break;
      case 0x54:
        accumulator = (accumulator & value) >>> 0;
        break;
      case 0x15:
        jump(accumulator === value);
        break;
      case 0x35:
        jump(accumulator >= value);
        break;
      case 0x45:
        jump((accumulator & value) !== 0);
        break;
      case 0x06:
        return value === 0x7fff0000 ? ALLOWED : `errno ${value & 0xffff}`;
      default:
        throw new Error('no instruction of the program');
    }
  }
  throw new Error('the program ends without an answer');
}

const CLONE_NEWUSER = 0x10000000n;
const CLONE_VM_THREAD = 0x3d0f00n;

describe.each(MACHINES)('the filter on %s', (machine) => {
  const checked = (name: keyof typeof CHECKED_CALLS, ...args: bigint[]): string =>
    run(machine, { number: CHECKED_CALLS[name][machine], arguments: args });

  test.each(Object.entries(REFUSED_CALLS))('PE12 refuses %s', (_, numbers) => {
    const number = numbers[machine];
    if (number !== null) expect(run(machine, { number })).toBe(EPERM);
  });

  test('PE12 lets ordinary calls through', () => {
    // read, write, openat, execve, futex, mmap of either machine are none of the refused numbers.
    const refused = new Set(Object.values(REFUSED_CALLS).map((numbers) => numbers[machine]));
    const ordinary =
      machine === 'x64' ? [0, 1, 9, 59, 202, 257, 439, 451] : [63, 64, 222, 221, 98, 56, 439, 451];
    for (const number of ordinary) {
      expect(refused.has(number)).toBe(false);
      expect(run(machine, { number })).toBe(ALLOWED);
    }
  });

  test('PE12 refuses calls of another machine, whatever their number', () => {
    expect(run(machine, { number: 1, audit: 0x40000003 })).toBe(EPERM);
    expect(run(machine, { number: 1, audit: 0x40000028 })).toBe(EPERM);
  });

  test('PE12 refuses the x32 numbers', () => {
    if (machine === 'x64') expect(run(machine, { number: 0x40000000 | 1 })).toBe(EPERM);
  });

  test.each([
    ['AF_UNIX', 1n, 0n, EPERM],
    ['AF_INET', 2n, 0n, ALLOWED],
    ['AF_INET6', 10n, 0n, ALLOWED],
    ['AF_NETLINK for routes', 16n, 0n, ALLOWED],
    ['AF_NETLINK for sockets', 16n, 4n, EPERM],
    ['AF_PACKET', 17n, 0n, EPERM],
    ['AF_ALG', 38n, 0n, EPERM],
    ['AF_VSOCK', 40n, 0n, EPERM],
    // The kernel takes 32 bits of it; what stands above must not make it look like another family.
    ['AF_UNIX with bits above', 0x1_0000_0001n, 0n, EPERM],
  ] as const)('PE12 a socket of %s', (_, domain, protocol, answer) => {
    expect(checked('socket', domain, 1n, protocol)).toBe(answer);
  });

  test('PE12 pairs are for streams only, whatever flags they carry', () => {
    expect(checked('socketpair', 1n, 1n)).toBe(ALLOWED);
    expect(checked('socketpair', 1n, 0x80801n)).toBe(ALLOWED);
    expect(checked('socketpair', 1n, 2n)).toBe(EPERM);
    expect(checked('socketpair', 1n, 0x80802n)).toBe(EPERM);
  });

  test('PE12 threads and forks are made, namespaces are not', () => {
    expect(checked('clone', 17n)).toBe(ALLOWED);
    expect(checked('clone', CLONE_VM_THREAD)).toBe(ALLOWED);
    expect(checked('clone', CLONE_NEWUSER | 17n)).toBe(EPERM);
    expect(checked('clone', 0x20000n)).toBe(EPERM);
    // Its flags cannot be seen, so it is not there; programs then use the other.
    expect(checked('clone3')).toBe(ENOSYS);
  });

  test('PE12 nobody types into his own terminal', () => {
    expect(checked('ioctl', 0n, 0x5413n)).toBe(ALLOWED);
    expect(checked('ioctl', 0n, 0x5412n)).toBe(EPERM);
    expect(checked('ioctl', 0n, 0x541cn)).toBe(EPERM);
    expect(checked('ioctl', 0n, 0x1_0000_5412n)).toBe(EPERM);
  });

  test('PE12 no two calls share a number, and none is checked as well as refused', () => {
    const numbers = [...Object.values(REFUSED_CALLS), ...Object.values(CHECKED_CALLS)]
      .map((each) => each[machine])
      .filter((number) => number !== null);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
