/**
 * A believable day of an AWS organisation and two EKS clusters, made up from a seed: what machines do, and between it what people
 * did by hand. A pure generator: no clock, no randomness of its own, memory does not grow with the number of events.
 */
import { awsEveryday, awsRoutine } from './aws-routine.ts';
import { awsStory } from './aws-story.ts';
import { kubernetesEveryday, kubernetesRoutine } from './kubernetes-routine.ts';
import { kubernetesStory } from './kubernetes-story.ts';
import type { SimulatedEvent, SimulationOptions } from './model.ts';
import { Random } from './random.ts';

/** Routine requests an hour at scale 1. */
const AWS_PER_HOUR = 46;
const KUBERNETES_PER_HOUR = 38;

/** Share of everyday changes by hand in what a scale above 1 adds: at scale 1 the story alone is about as much. */
const EVERYDAY_SHARE = 0.017;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What to make of each vendor's events; a benchmark wants one kind alone. */
export interface SimulationParts {
  readonly aws: boolean;
  readonly kubernetes: boolean;
}

/** Makes the events in about the order of their time. */
export function* simulate(options: SimulationOptions, parts: SimulationParts = { aws: true, kubernetes: true }): Generator<SimulatedEvent> {
  const root = new Random(options.seed);
  const story = storyOf(root, options, parts);
  const total = Math.round((AWS_PER_HOUR + KUBERNETES_PER_HOUR) * options.hours * options.scale);
  const stepMs = (options.hours * HOUR_MS) / Math.max(1, total);
  const share = everydayShare(options.scale);
  const random = root.fork('routine');
  let next = 0;
  for (let index = 0; index < total; index += 1) {
    const timeMs = Math.floor(options.startMs + (index + random.next() / 4294967296) * stepMs);
    for (let scene = story[next]; scene !== undefined && scene.timeMs <= timeMs; scene = story[next]) {
      yield scene;
      next += 1;
    }
    yield* routine(random, timeMs, share, parts);
  }
  yield* story.slice(next);
}

function routine(random: Random, timeMs: number, everyday: number, parts: SimulationParts): readonly SimulatedEvent[] {
  const ofAws = random.chance(AWS_PER_HOUR / (AWS_PER_HOUR + KUBERNETES_PER_HOUR)) ? parts.aws : !parts.kubernetes;
  const byHand = random.chance(everyday);
  if (ofAws) return [byHand ? awsEveryday(random, timeMs) : awsRoutine(random, timeMs, isWorking(timeMs))];
  return byHand ? kubernetesEveryday(random, timeMs) : kubernetesRoutine(random, timeMs, isWorking(timeMs));
}

/** From scale 1 on, the part that is added has its share of changes by hand. */
function everydayShare(scale: number): number {
  return scale <= 1 ? 0 : (EVERYDAY_SHARE * (scale - 1)) / scale;
}

function isWorking(timeMs: number): boolean {
  const hour = Math.floor((timeMs % DAY_MS) / HOUR_MS);
  return hour >= 7 && hour < 18;
}

/** The story of each day that begins in the time asked for, in the order of time. */
function storyOf(root: Random, options: SimulationOptions, parts: SimulationParts): readonly SimulatedEvent[] {
  const endMs = options.startMs + options.hours * HOUR_MS;
  const events: SimulatedEvent[] = [];
  for (let day = options.startMs - (options.startMs % DAY_MS); day < endMs; day += DAY_MS) {
    events.push(
      ...(parts.aws ? awsStory(root.fork(`story/aws/${day}`), day) : []),
      ...(parts.kubernetes ? kubernetesStory(root.fork(`story/kubernetes/${day}`), day) : []),
    );
  }
  return withWholeRequests(events, options.startMs, endMs).sort((left, right) => left.timeMs - right.timeMs);
}

/** Keeps requests that began in the time asked for; of a session that outlasts it, the end is not in the log yet. */
function withWholeRequests(events: readonly SimulatedEvent[], startMs: number, endMs: number): SimulatedEvent[] {
  const begun = new Set(events.filter(({ timeMs, truth }) => truth !== undefined && timeMs >= startMs).map(({ id }) => id));
  return events.filter(({ timeMs, id }) => timeMs < endMs && begun.has(id));
}
