import { isFalcoEvent } from '../falco/falco-delivery.ts';
import { type Format, originOf } from './item.ts';

/** Reads an event that Falco found. */
export const falcoEvent: Format = ({ value, text, around, decoder }) => {
  if (!isFalcoEvent(value)) return false;
  decoder.emit({ kind: 'falco', text, origin: originOf(around), envelope: around.envelope });
  return true;
};
