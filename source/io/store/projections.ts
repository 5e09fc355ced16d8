/** States folded from the events, kept so that a start need not fold them all again. Any may be lost. */
import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';

export interface Projections {
  save(name: string, seq: number, state: unknown): void;
  /** null when there is none, or none that can be trusted: fold the events again. */
  load(name: string, headSeq: number): { seq: number; state: unknown } | null;
  drop(): void;
}

interface ProjectionRow {
  readonly seq: number;
  readonly sum: string;
  readonly state: string;
}

export function openProjections(db: Database): Projections {
  const save = db.prepare('INSERT OR REPLACE INTO projections VALUES (?, ?, ?, ?)');
  const load = db.prepare<[string], ProjectionRow>('SELECT seq, sum, state FROM projections WHERE name = ?');
  const drop = db.prepare('DELETE FROM projections');
  return {
    save(name, seq, state) {
      const text = JSON.stringify(state);
      save.run(name, seq, sumOf(name, seq, text), text);
    },
    load(name, headSeq) {
      const row = load.get(name);
      // Ahead of the events: they were restored from a backup since.
      if (row === undefined || row.seq > headSeq || row.sum !== sumOf(name, row.seq, row.state)) return null;
      return { seq: row.seq, state: JSON.parse(row.state) as unknown };
    },
    drop: () => void drop.run(),
  };
}

function sumOf(name: string, seq: number, text: string): string {
  return hash('sha256', `${name}\n${seq}\n${text}`);
}
