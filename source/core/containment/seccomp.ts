/**
 * The program the kernel runs before each call an agent makes, in the kernel's own classic BPF, ready for
 * `bwrap --seccomp`. It cannot be taken off again, and everything the agent starts inherits it.
 *
 * Sockets of files are refused as a family: a filter sees numbers, not paths, and a mount that may only be read
 * does not stop a connect(). So an agent cannot reach any socket that happens to lie in a folder it sees, nor an
 * abstract one; what it may talk to is offered on loopback ports.
 */
import { CHECKED_CALLS, REFUSED_CALLS, type Machine } from './system-calls.ts';

/** linux/audit.h */
const ARCHITECTURE: Readonly<Record<Machine, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** struct seccomp_data: the number, the machine, the instruction pointer, six arguments of eight bytes. */
const NUMBER = 0;
const MACHINE = 4;
const argument = (index: number): number => 16 + 8 * index;

/** Calls of the x32 ABI carry this bit: the same machine, other numbers. */
const X32_BIT = 0x40000000;

const ALLOW = 0x7fff0000;
const refuse = (errno: number): number => 0x00050000 | errno;
const EPERM = 1;
/** "Not there": glibc then takes clone, whose flags can be read; those of clone3 lie in memory. */
const ENOSYS = 38;

/** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET of linux/sched.h; a new time only clone3 and unshare can make. */
const NEW_NAMESPACE_FLAGS =
  0x20000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;

/** What programs need in a network of their own; not AF_UNIX, AF_PACKET, AF_VSOCK, AF_ALG and thirty others. */
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
/** The one netlink that lists addresses and routes. */
const NETLINK_ROUTE = 0;

/** A pair of this type can be connected to a name afterwards, and so reach a socket of a file. */
const SOCK_DGRAM = 2;
/** The rest of the argument are flags (SOCK_CLOEXEC, SOCK_NONBLOCK). */
const SOCK_TYPE_BITS = 0xf;

/** Typing into one's own terminal as if the person had, and the console's paste. The kernel reads 32 bits of it. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/** One step; `when`: [if true, if false] as labels, 'next' for the step that follows. */
type Step =
  | { readonly load: number }
  | { readonly and: number }
  | {
      readonly test: 'equal' | 'at-least' | 'any-bit';
      readonly value: number;
      readonly when: readonly [Label, Label];
    }
  | { readonly answer: number }
  | { readonly label: Label };
type Label = string;

/** Little-endian sock_filter structs: code (2 bytes), jump if true, jump if false, value (4). */
export function seccompProgram(machine: Machine): Uint8Array {
  return assemble(stepsOf(machine));
}

function stepsOf(machine: Machine): Step[] {
  const equal = (value: number, then: Label, otherwise: Label = 'next'): Step => ({
    test: 'equal',
    value,
    when: [then, otherwise],
  });
  const checked = (name: keyof typeof CHECKED_CALLS, then: Label): Step =>
    equal(CHECKED_CALLS[name][machine], then);
  const refused = Object.values(REFUSED_CALLS).flatMap((numbers) => numbers[machine] ?? []);
  return [
    { load: MACHINE },
    equal(ARCHITECTURE[machine], 'next', 'refuse'),
    { load: NUMBER },
    ...(machine === 'x64' ? [{ test: 'at-least', value: X32_BIT, when: ['refuse', 'next'] } as const] : []),
    checked('socket', 'socket'),
    checked('socketpair', 'socketpair'),
    checked('ioctl', 'ioctl'),
    checked('clone', 'clone'),
    checked('clone3', 'absent'),
    ...refused.map((number) => equal(number, 'refuse')),
    { answer: ALLOW },
    { label: 'socket' },
    { load: argument(0) },
    equal(AF_INET, 'allow'),
    equal(AF_INET6, 'allow'),
    equal(AF_NETLINK, 'next', 'refuse'),
    { load: argument(2) },
    equal(NETLINK_ROUTE, 'allow', 'refuse'),
    { label: 'socketpair' },
    { load: argument(1) },
    { and: SOCK_TYPE_BITS },
    equal(SOCK_DGRAM, 'refuse', 'allow'),
    { label: 'ioctl' },
    { load: argument(1) },
    equal(TIOCSTI, 'refuse'),
    equal(TIOCLINUX, 'refuse', 'allow'),
    { label: 'clone' },
    { load: argument(0) },
    { test: 'any-bit', value: NEW_NAMESPACE_FLAGS, when: ['refuse', 'allow'] },
    { label: 'allow' },
    { answer: ALLOW },
    { label: 'absent' },
    { answer: refuse(ENOSYS) },
    { label: 'refuse' },
    { answer: refuse(EPERM) },
  ];
}

/** BPF_LD|W|ABS, BPF_ALU|AND|K, BPF_RET|K, and BPF_JMP|K with the test's own bits. */
const CODE = { load: 0x20, and: 0x54, answer: 0x06, equal: 0x15, 'at-least': 0x35, 'any-bit': 0x45 } as const;

/** A jump is kept in a byte, counted from the step after it. */
const JUMP_MAX = 255;

function assemble(steps: readonly Step[]): Uint8Array {
  const places = new Map<Label, number>();
  const code = steps.filter((step) => {
    if (!('label' in step)) return true;
    places.set(step.label, steps.slice(0, steps.indexOf(step)).filter((each) => !('label' in each)).length);
    return false;
  });
  const bytes = new Uint8Array(8 * code.length);
  const view = new DataView(bytes.buffer);
  const jump = (from: number, to: Label): number => {
    const distance = to === 'next' ? 0 : (places.get(to) ?? -1) - from - 1;
    if (distance < 0 || distance > JUMP_MAX) throw new RangeError(`no jump of ${distance} steps to ${to}`);
    return distance;
  };
  for (const [at, step] of code.entries()) {
    const put = (opcode: number, value: number, yes = 0, no = 0): void => {
      view.setUint16(8 * at, opcode, true);
      view.setUint8(8 * at + 2, yes);
      view.setUint8(8 * at + 3, no);
      view.setUint32(8 * at + 4, value, true);
    };
    if ('load' in step) put(CODE.load, step.load);
    else if ('and' in step) put(CODE.and, step.and);
    else if ('answer' in step) put(CODE.answer, step.answer);
    else if ('test' in step) put(CODE[step.test], step.value, jump(at, step.when[0]), jump(at, step.when[1]));
  }
  return bytes;
}
