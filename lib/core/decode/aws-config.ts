import { member, text } from '../normalise/access.ts';
import { drop, type Format } from './item.ts';

const MARKS = ['configSnapshotId', 'configurationItem', 'configurationItemDiff', 'configurationItemStatus', 'configurationItemCaptureTime'];

/** Reads an AWS Config object: snapshot, history, one of their items, or a delivery notice; Config reports states, not who made them. */
export const awsConfig: Format = (item) =>
  MARKS.some((mark) => member(item.value, mark) !== undefined) ||
  (text(item.value, 'fileVersion') !== undefined && member(item.value, 'configurationItems') !== undefined)
    ? drop(item, 'config')
    : false;
