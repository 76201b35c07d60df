/** A place in a board that Grafana fills in: a variable, or what it knows itself, with or without a format. */
export function fill(name: string): string {
  return `\${${name}}`;
}

/** The board's Prometheus and Loki; every query goes through these two, so that one board serves every installation. */
export const PROMETHEUS = { type: 'prometheus', uid: fill('datasource') } as const;
export const LOKI = { type: 'loki', uid: fill('loki_datasource') } as const;
