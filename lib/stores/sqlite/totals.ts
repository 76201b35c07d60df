import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Admission, withinBudget } from '../../core/deliver/label-budget.ts';
import { seriesKey, seriesOf } from '../../core/deliver/series-key.ts';
import type { Increment, Total } from '../../core/ports.ts';
import type { StoreSettings } from '../options.ts';

/** Totals and the values of open labels, inside a transaction of the caller. */
export class SqliteTotals {
  readonly #settings: StoreSettings;
  readonly #add: StatementSync;
  readonly #raise: StatementSync;
  readonly #all: StatementSync;
  readonly #isAdmitted: StatementSync;
  readonly #takeRoom: StatementSync;
  readonly #admit: StatementSync;

  constructor(db: DatabaseSync, settings: StoreSettings) {
    this.#settings = settings;
    this.#add = db.prepare('INSERT INTO total VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value');
    this.#raise = db.prepare('INSERT INTO total VALUES (?, ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)');
    this.#all = db.prepare('SELECT series, value FROM total');
    this.#isAdmitted = db.prepare('SELECT 1 FROM label_value WHERE scope = ? AND value = ?');
    this.#takeRoom = db.prepare(
      'INSERT INTO label_scope SELECT :scope, 1 WHERE :limit > 0 ON CONFLICT DO UPDATE SET admitted = admitted + 1 WHERE admitted < :limit',
    );
    this.#admit = db.prepare('INSERT INTO label_value VALUES (?, ?)');
  }

  add(increments: readonly Increment[]): void {
    for (const increment of increments) {
      for (const { by, ...series } of withinBudget(increment, this.#settings.budget, (admission) => this.#hasRoom(admission))) {
        this.#add.run(seriesKey(series), by);
      }
    }
  }

  raise(levels: readonly Total[]): void {
    for (const { value, ...series } of levels) this.#raise.run(seriesKey(series), value);
  }

  all(): readonly Total[] {
    return this.#all.all().map(({ series, value }) => ({ ...seriesOf(String(series)), value: Number(value) }));
  }

  #hasRoom({ scope, value, limit }: Admission): boolean {
    if (this.#isAdmitted.get(scope, value) !== undefined) return true;
    if (this.#takeRoom.run({ scope, limit }).changes === 0) return false;
    this.#admit.run(scope, value);
    return true;
  }
}
