/** The ways a path is touched. */

/** `search` reads whatever lies below; `list` and `glob` see names only. */
export type AccessKind = 'read' | 'list' | 'glob' | 'search' | 'write' | 'edit' | 'delete';

export interface Access {
  readonly kind: AccessKind;
  /** As written; may hold the marks of a pattern of names. */
  readonly path: string;
  /** Absolute folder that a relative path starts in. */
  readonly from: string;
  /** The system's own files may be looked at: true inside the sandbox only, where a shell works. */
  readonly isSandboxed: boolean;
  /** Of a listing: folders that are met are not entered. */
  readonly isNameOnly?: boolean;
  /** Of a search: whether it could come across this name below the path. */
  readonly reaches?: (name: string, isHidden: boolean, below: readonly string[]) => boolean;
}

export function isWriting(kind: AccessKind): boolean {
  return kind === 'write' || kind === 'edit' || kind === 'delete';
}
