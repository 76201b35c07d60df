/** How much a line matters. Nothing is logged in normal operation below `info`. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a line tells beside its message; values may come from outside and are made safe by the log. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Takes lines; never throws. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;
