/**
 * The calls into the kernel that no agent needs and every escape begins with, by their numbers
 * (asm/unistd.h of each machine). What is missing on a machine is not there: nothing to refuse.
 */

/** As Node names them. */
export const MACHINES = ['x64', 'arm64'] as const;
export type Machine = (typeof MACHINES)[number];

type Numbers = Readonly<Record<Machine, number | null>>;
const both = (x64: number | null, arm64: number | null): Numbers => ({ x64, arm64 });

/** Refused whatever they are asked for. */
export const REFUSED_CALLS: Readonly<Record<string, Numbers>> = {
  // Looking into, changing and stealing from other processes.
  ptrace: both(101, 117),
  process_vm_readv: both(310, 270),
  process_vm_writev: both(311, 271),
  process_madvise: both(440, 440),
  kcmp: both(312, 272),
  pidfd_getfd: both(438, 438),
  perf_event_open: both(298, 241),
  // A page fault held in user space is what makes races in the kernel winnable.
  userfaultfd: both(323, 282),
  // Rings do sockets and files where this program is not asked.
  io_uring_setup: both(425, 425),
  io_uring_enter: both(426, 426),
  io_uring_register: both(427, 427),
  bpf: both(321, 280),
  // Keyrings belong to the user, not to a namespace: the person's own keys are in there.
  add_key: both(248, 217),
  request_key: both(249, 218),
  keyctl: both(250, 219),
  // Namespaces and mounts: what is masked stays masked, and the kernel's largest surface stays shut.
  unshare: both(272, 97),
  setns: both(308, 268),
  mount: both(165, 40),
  umount2: both(166, 39),
  pivot_root: both(155, 41),
  chroot: both(161, 51),
  open_tree: both(428, 428),
  open_tree_attr: both(467, 467),
  move_mount: both(429, 429),
  fsopen: both(430, 430),
  fsconfig: both(431, 431),
  fsmount: both(432, 432),
  fspick: both(433, 433),
  mount_setattr: both(442, 442),
  // A file by its number instead of its name: past every mount.
  open_by_handle_at: both(304, 265),
  // The machine itself.
  acct: both(163, 89),
  syslog: both(103, 116),
  reboot: both(169, 142),
  kexec_load: both(246, 104),
  kexec_file_load: both(320, 294),
  init_module: both(175, 105),
  finit_module: both(313, 273),
  delete_module: both(176, 106),
  swapon: both(167, 224),
  swapoff: both(168, 225),
  quotactl: both(179, 60),
  quotactl_fd: both(443, 443),
  vhangup: both(153, 58),
  move_pages: both(279, 239),
  migrate_pages: both(256, 238),
  iopl: both(172, null),
  ioperm: both(173, null),
  modify_ldt: both(154, null),
  uselib: both(134, null),
  sysfs: both(139, null),
  nfsservctl: both(180, 42),
  lookup_dcookie: both(212, 18),
};

/** Refused for some of what they can be asked for. */
export const CHECKED_CALLS = {
  clone: { x64: 56, arm64: 220 },
  clone3: { x64: 435, arm64: 435 },
  socket: { x64: 41, arm64: 198 },
  socketpair: { x64: 53, arm64: 199 },
  ioctl: { x64: 16, arm64: 29 },
} as const satisfies Readonly<Record<string, Readonly<Record<Machine, number>>>>;
