/** Judgement calls of the policy cases that are decided otherwise here, each with its reason. */
export const SOFT_DIFFERENCES: Readonly<Record<string, string>> = {
  'path-079':
    'the folder above a worktree holds the worktrees of other runs, whose names are nobody else’s business',
  'byte-022':
    'many harmless commands are harmless: each was judged, and there is no number after which that stops',
  'benign-257': 'npm outdated reaches the network, which is a scope of its own and off at the start of a run',
};
