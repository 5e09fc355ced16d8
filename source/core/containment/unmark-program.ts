/**
 * A program of some twenty instructions that stands in the place of a shell: it gives up the mark of its agent
 * (see bwrap-arguments.ts) and becomes the shell it stands for, with the same words and the same environment. A
 * script could do it, at the price of two more programs for each command an agent runs; this costs a tenth of a
 * millisecond, and needs no compiler anywhere.
 */
import type { Machine } from './system-calls.ts';

/**
 * Calls prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) of linux/prctl.h, and if that worked execve(path,
 * its own words, its own environment); ends with 127 otherwise, as a shell does that cannot start a command.
 * Both instruction sets find their words on the stack: their number, then pointers, a zero, the environment.
 */
const CODE: Readonly<Record<Machine, readonly number[]>> = {
  x64: [
    'b8 9d 00 00 00', // mov eax, prctl
    'bf 2f 00 00 00', // mov edi, PR_CAP_AMBIENT
    'be 04 00 00 00', // mov esi, CLEAR_ALL
    '31 d2 45 31 d2 45 31 c0', // xor edx, edx; xor r10d, r10d; xor r8d, r8d
    '0f 05', // syscall
    '85 c0 75 1c', // test eax, eax; jnz to the exit
    '48 8d 3d 21 00 00 00', // lea rdi, [the path behind the code]
    '48 8b 04 24', // mov rax, [rsp]
    '48 8d 74 24 08', // lea rsi, [rsp + 8]
    '48 8d 54 c4 10', // lea rdx, [rsp + 8 * rax + 16]
    'b8 3b 00 00 00', // mov eax, execve
    '0f 05', // syscall
    'bf 7f 00 00 00', // exit: mov edi, 127
    'b8 3c 00 00 00', // mov eax, exit
    '0f 05', // syscall
  ].flatMap((line) => line.split(' ').map((byte) => Number.parseInt(byte, 16))),
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
    Array.from(path, (letter) => letter.charCodeAt(0)),
    CODE_AT + code.length,
  );
  return bytes;
}
