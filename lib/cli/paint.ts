import { styleText } from 'node:util';
import type { Priority } from '../core/model/finding.ts';

/** Adds colour to finished text; without colour it gives the text back. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  priority(priority: Priority, text: string): string;
}

type Format = Parameters<typeof styleText>[0];

const PRIORITY_FORMAT: Readonly<Record<Priority, Format>> = {
  Emergency: ['bold', 'red', 'inverse'],
  Alert: ['bold', 'red', 'inverse'],
  Critical: ['bold', 'red'],
  Error: 'red',
  Warning: 'yellow',
  Notice: 'cyan',
  Informational: 'blue',
  Debug: 'gray',
};

/** Paints only when colour is on; the decision is the caller's, so styleText is told not to ask the stream. */
export function makePaint(isOn: boolean): Paint {
  const paint = (format: Format, text: string): string => (isOn ? styleText(format, text, { validateStream: false }) : text);
  return {
    bold: (text) => paint('bold', text),
    dim: (text) => paint('dim', text),
    good: (text) => paint('green', text),
    bad: (text) => paint('red', text),
    priority: (priority, text) => paint(PRIORITY_FORMAT[priority], text),
  };
}
