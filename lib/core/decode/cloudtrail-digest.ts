import { member, text } from '../normalise/access.ts';
import { drop, type Format } from './item.ts';

/** Reads a CloudTrail digest object (User Guide, "CloudTrail digest file structure"): it lists log files and holds no record. */
export const cloudtrailDigest: Format = (item) =>
  text(item.value, 'digestStartTime') !== undefined ||
  (member(item.value, 'logFiles') !== undefined && text(item.value, 'digestS3Object') !== undefined)
    ? drop(item, 'digest')
    : false;
