/** Every alarm that a stack can have, by name; the name is also its heading in `docs/runbook.md`, and a test holds the two together. */
export const ALARM_TEXTS = {
  DriftwireDeadLetters: 'Messages that a function could not work off lie in the dead-letter queue.',
  DriftwireUndelivered: 'Something was given up: by EventBridge, by Lambda, by a stream, or by a function that found it beyond help.',
  DriftwireQueueOld: 'A message has waited for more than 15 minutes: a function does not get to run, or does not keep up.',
  DriftwireNothingDelivered: 'For half an hour findings or alerts have been tried again and again: a sink does not take them.',
  DriftwireFunctionErrors: 'A function that is fed by a queue, by a stream or by callers failed.',
  DriftwireFunctionThrottled: 'Lambda refused to run a function that has no queue to wait in, or the account is out of concurrency.',
  DriftwireRuleFailing: 'EventBridge could not deliver CloudTrail events to the queue.',
  DriftwireNothingArrives: 'No CloudTrail event was matched for three days: is there a trail, and is its logging on?',
  DriftwireStreamLagging: 'Audit events have waited in the stream for more than 15 minutes.',
  DriftwireSubscriptionFailing: 'CloudWatch Logs could not hand over audit events; what is logged meanwhile may be skipped.',
  DriftwireSubscriptionThrottled: 'CloudWatch Logs was held up when it handed over audit events; it tries again for a day.',
  DriftwireFlushStopped: 'The totals were not written to Prometheus for 10 minutes.',
} as const;

/** The name of one alarm. */
export type AlarmName = keyof typeof ALARM_TEXTS;
