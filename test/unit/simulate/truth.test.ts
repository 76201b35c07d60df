import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../lib/config/load.ts';
import { toPolicy } from '../../../lib/config/to-policy.ts';
import { classify } from '../../../lib/core/classify/classify.ts';
import { normalise } from '../../../lib/core/pipeline.ts';
import { compilePolicy } from '../../../lib/core/policy/declared.ts';
import { DEFAULT_SIMULATION, type SimulatedEvent, type Truth } from '../../../lib/simulate/model.ts';
import { SAMPLE_CONFIG } from '../../../lib/simulate/sample-config.ts';
import { simulate } from '../../../lib/simulate/simulate.ts';

const loaded = parseConfig(SAMPLE_CONFIG, 'driftwire.yaml');

function verdictOf(event: SimulatedEvent, policy: ReturnType<typeof compilePolicy>) {
  const normalised = normalise({
    source: event.source,
    text: event.text,
    origin: { input: 'simulated', line: 1, path: '' },
    // an audit log file does not say which cluster it is from; only a log group does
    envelope: event.cluster === 'demo' ? { cluster: event.cluster, account: event.account } : {},
    truncated: false,
  });
  if (!normalised.ok) throw new Error(`not a record: ${event.text}`);
  return classify(normalised.event, policy);
}

describe('the truth of a simulated week', () => {
  it('the configuration beside it is valid and warns of nothing', () => {
    expect(loaded.problems).toEqual([]);
  });

  it('is what the classifier says, for every request', () => {
    if (loaded.config === undefined) throw new Error('the configuration is not valid');
    const policy = compilePolicy(toPolicy(loaded.config));
    const rows = new Map<string, Truth>();
    const wrong: string[] = [];
    let decided = 0;
    for (const event of simulate({ ...DEFAULT_SIMULATION, scale: 7 })) {
      if (event.truth !== undefined) rows.set(event.id, event.truth);
      const truth = rows.get(event.id);
      const verdict = verdictOf(event, policy);
      if (!verdict.decides || truth === undefined) continue;
      decided += 1;
      const got = [verdict.class, verdict.hand, verdict.manual].join(' ');
      const want = [truth.class, truth.hand, truth.manual].join(' ');
      if (got !== want) wrong.push(`${truth.why}: expected ${want}, got ${got}`);
    }
    expect(wrong).toEqual([]);
    expect(decided).toBe(rows.size);
    expect(decided).toBeGreaterThan(10_000);
  });
});
