/**
 * A program of some twenty instructions that stands in the place of a shell: it gives up the mark of its agent
 * (see bwrap-arguments.ts) and becomes the shell it stands for, with the same words and the same environment. A
 * script could do it, at the price of two more programs for each command an agent runs; this costs a tenth of a
 * millisecond, and needs no compiler anywhere.
 */
import type { Machine } from './system-calls.ts';

/** prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) of linux/prctl.h. */
const PR_CAP_AMBIENT = 47;
const CLEAR_ALL = 4;

/** What a shell says of a command it could not start. */
const NOT_STARTED = 127;

/** Both instruction sets find their words on the stack: their number, then pointers, a zero, the environment. */
const CODE: Readonly<Record<Machine, readonly number[]>> = {
  x64: [
    ...[0xb8, 157, 0, 0, 0], // mov eax, prctl
    ...[0xbf, PR_CAP_AMBIENT, 0, 0, 0], // mov edi
    ...[0xbe, CLEAR_ALL, 0, 0, 0], // mov esi
    ...[0x31, 0xd2, 0x45, 0x31, 0xd2, 0x45, 0x31, 0xc0], // xor edx, edx; xor r10d, r10d; xor r8d, r8d
    ...[0x0f, 0x05], // syscall
    ...[0x85, 0xc0, 0x75, 28], // test eax, eax; jnz to the exit
    ...[0x48, 0x8d, 0x3d, 33, 0, 0, 0], // lea rdi, [the path behind the code]
    ...[0x48, 0x8b, 0x04, 0x24], // mov rax, [rsp]
    ...[0x48, 0x8d, 0x74, 0x24, 0x08], // lea rsi, [rsp + 8]
    ...[0x48, 0x8d, 0x54, 0xc4, 0x10], // lea rdx, [rsp + 8 * rax + 16]
    ...[0xb8, 59, 0, 0, 0], // mov eax, execve
    ...[0x0f, 0x05], // syscall
    ...[0xbf, NOT_STARTED, 0, 0, 0], // exit: mov edi
    ...[0xb8, 60, 0, 0, 0], // mov eax, exit
    ...[0x0f, 0x05], // syscall
  ],
  arm64: [
    0xd28005e0, // movz x0, PR_CAP_AMBIENT
    0xd2800081, // movz x1, CLEAR_ALL
    0xd2800002, // movz x2, 0
    0xd2800003, // movz x3, 0
    0xd2800004, // movz x4, 0
    0xd28014e8, // movz x8, prctl
    0xd4000001, // svc 0
    0xb5000100, // cbnz x0, to the exit, 8 instructions on
    0xf94003e4, // ldr x4, [sp]
    0x910023e1, // add x1, sp, 8
    0x8b040c22, // add x2, x1, x4, lsl 3
    0x91002042, // add x2, x2, 8
    0x100000c0, // adr x0, the path, 6 instructions on
    0xd2801ba8, // movz x8, execve
    0xd4000001, // svc 0
    0xd2800fe0, // exit: movz x0, 127
    0xd2800ba8, // movz x8, exit
    0xd4000001, // svc 0
  ].flatMap((word) => [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, word >>> 24]),
};

/** EM_X86_64 and EM_AARCH64 of linux/elf-em.h. */
const ELF_MACHINE: Readonly<Record<Machine, number>> = { x64: 62, arm64: 183 };

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const CODE_AT = HEADER_BYTES + 2 * PROGRAM_HEADER_BYTES;

/** Where programs that are not moved begin, on both machines. */
const ADDRESS = 0x400000;
/** The largest page either machine has. */
const PAGE_BYTES = 0x10000;

const PT_LOAD = 1;
/** Says that its stack is not to be executed. */
const PT_GNU_STACK = 0x6474e551;
const READ_EXECUTE = 5;
const READ_WRITE = 6;

/** An ELF file. `path` is what it becomes, absolute and ASCII. */
export function unmarkProgram(machine: Machine, path: string): Uint8Array {
  const code = CODE[machine];
  const bytes = new Uint8Array(CODE_AT + code.length + path.length + 1);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // an executable
  view.setUint16(18, ELF_MACHINE[machine], true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(ADDRESS + CODE_AT), true);
  view.setBigUint64(32, BigInt(HEADER_BYTES), true);
  view.setUint16(52, HEADER_BYTES, true);
  view.setUint16(54, PROGRAM_HEADER_BYTES, true);
  view.setUint16(56, 2, true);
  const load = HEADER_BYTES;
  view.setUint32(load, PT_LOAD, true);
  view.setUint32(load + 4, READ_EXECUTE, true);
  view.setBigUint64(load + 16, BigInt(ADDRESS), true);
  view.setBigUint64(load + 24, BigInt(ADDRESS), true);
  view.setBigUint64(load + 32, BigInt(bytes.length), true);
  view.setBigUint64(load + 40, BigInt(bytes.length), true);
  view.setBigUint64(load + 48, BigInt(PAGE_BYTES), true);
  const stack = load + PROGRAM_HEADER_BYTES;
  view.setUint32(stack, PT_GNU_STACK, true);
  view.setUint32(stack + 4, READ_WRITE, true);
  bytes.set(code, CODE_AT);
  bytes.set(
    [...path].map((letter) => letter.charCodeAt(0)),
    CODE_AT + code.length,
  );
  return bytes;
}
