import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DayRange } from '../../core/ports.ts';
import { type DayNoise, dayOf, furtherNoise, groupOf, groupText, mergeNoise, type NoiseSeen } from '../../core/tune/day-noise.ts';
import { MARK_TTL_MS, type StoreSettings } from '../options.ts';

/** Keeps what makes noise, inside a transaction of the caller. */
export class SqliteNoise {
  readonly #settings: Pick<StoreSettings, 'nowMs' | 'noiseGroupsADay'>;
  readonly #known: StatementSync;
  readonly #born: StatementSync;
  readonly #keep: StatementSync;
  /** The day that is known to have no room left: once full it stays so. */
  #fullDay = '';

  constructor(db: DatabaseSync, settings: Pick<StoreSettings, 'nowMs' | 'noiseGroupsADay'>) {
    this.#settings = settings;
    this.#known = db.prepare('SELECT count, seen FROM noise WHERE day = ? AND grp = ?');
    this.#born = db.prepare("SELECT count(*) AS n FROM noise WHERE born_day = ? AND grp <> ''");
    this.#keep = db.prepare(
      `INSERT INTO noise VALUES (:day, :grp, :count, :seen, :today, :now)
       ON CONFLICT DO UPDATE SET count = excluded.count, seen = excluded.seen, made_ms = excluded.made_ms`,
    );
  }

  add(noise: readonly DayNoise[]): void {
    for (const each of mergeNoise(noise)) this.#add(each);
  }

  #add(noise: DayNoise): void {
    const { day } = noise;
    const grp = noise.kind === 'group' ? groupText(noise.group) : '';
    const nowMs = this.#settings.nowMs();
    const row = this.#known.get(day, grp);
    const today = dayOf(nowMs);
    if (row === undefined && noise.kind === 'group' && this.#isFull(today)) {
      this.#add(furtherNoise(noise));
      return;
    }
    const known = row === undefined ? [] : [noiseOfRow({ day, grp, ...row })];
    for (const merged of mergeNoise([...known, noise])) {
      const seen = merged.kind === 'group' ? JSON.stringify(merged.seen) : '';
      this.#keep.run({ day, grp, count: merged.count, seen, today, now: nowMs });
    }
  }

  #isFull(today: string): boolean {
    if (this.#fullDay === today) return true;
    if (Number(this.#born.get(today)?.['n']) < this.#settings.noiseGroupsADay) return false;
    this.#fullDay = today;
    return true;
  }
}

/** Hands over what is kept of these days and not yet forgotten. */
export function readNoise(db: DatabaseSync, { from, to }: DayRange, nowMs: number, take: (noise: DayNoise) => void): void {
  const rows = db.prepare('SELECT day, grp, count, seen FROM noise WHERE day BETWEEN ? AND ? AND made_ms > ?');
  for (const row of rows.iterate(from ?? '', to ?? '~', nowMs - MARK_TTL_MS)) take(noiseOfRow(row));
}

function noiseOfRow(row: Readonly<Record<string, unknown>>): DayNoise {
  const [day, grp, count] = [String(row['day']), String(row['grp']), Number(row['count'])];
  if (grp === '') return { kind: 'further', day, count };
  return { kind: 'group', day, group: groupOf(grp), count, seen: JSON.parse(String(row['seen'])) as NoiseSeen };
}
