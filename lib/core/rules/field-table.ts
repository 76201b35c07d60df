import type { EventSource } from '../model/raw-record.ts';
import { CT_FIELDS } from './fields/ct.ts';
import { DRIFT_FIELDS } from './fields/drift.ts';
import { EVT_FIELDS } from './fields/evt.ts';
import type { FieldSpec } from './fields/field.ts';
import { JEVT_FIELDS } from './fields/jevt.ts';
import { KA_FIELDS } from './fields/ka.ts';

const table = (...groups: readonly (readonly FieldSpec[])[]): ReadonlyMap<string, FieldSpec> =>
  new Map(groups.flat().map((field) => [field.name, field]));

/** Every field of the rule language, by event source. */
export const FIELDS: Readonly<Record<EventSource, ReadonlyMap<string, FieldSpec>>> = {
  aws_cloudtrail: table(CT_FIELDS, JEVT_FIELDS, EVT_FIELDS, DRIFT_FIELDS),
  k8s_audit: table(KA_FIELDS, JEVT_FIELDS, EVT_FIELDS, DRIFT_FIELDS),
};
