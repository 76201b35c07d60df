import type { Press } from './press.ts';

/** Who may press the buttons. */
export interface AllowedPressers {
  /** Ids of people. */
  readonly users: readonly string[];
  /** Ids of user groups. */
  readonly usergroups: readonly string[];
}

/** `unknown`: Slack did not say who is in a group. */
export type Permission = 'allowed' | 'refused' | 'unknown';

/** Ids of the people in a user group; undefined: Slack did not say. */
export type GroupMembers = (usergroup: string) => Promise<readonly string[] | undefined>;

/** How long the members of a group are believed to be the same, in ms. */
const MEMBERS_MS = 60_000;

/**
 * Decides who may press. Where nobody is named, everybody who sees the message may, but for guests from other workspaces: what they
 * could hide is not theirs to hide.
 */
export class PressGate {
  readonly #allowed: AllowedPressers;
  readonly #membersOf: GroupMembers;
  readonly #known = new Map<string, { readonly members: ReadonlySet<string>; readonly atMs: number }>();

  constructor(allowed: AllowedPressers, membersOf: GroupMembers) {
    this.#allowed = allowed;
    this.#membersOf = membersOf;
  }

  async may({ userId, isStranger }: Pick<Press, 'userId' | 'isStranger'>, nowMs: number): Promise<Permission> {
    const { users, usergroups } = this.#allowed;
    if (users.includes(userId)) return 'allowed';
    if (users.length === 0 && usergroups.length === 0) return isStranger ? 'refused' : 'allowed';
    let isKnown = true;
    for (const usergroup of usergroups) {
      const members = await this.#members(usergroup, nowMs);
      if (members?.has(userId) === true) return 'allowed';
      if (members === undefined) isKnown = false;
    }
    return isKnown ? 'refused' : 'unknown';
  }

  async #members(usergroup: string, nowMs: number): Promise<ReadonlySet<string> | undefined> {
    const known = this.#known.get(usergroup);
    if (known !== undefined && nowMs - known.atMs < MEMBERS_MS) return known.members;
    const members = await this.#membersOf(usergroup);
    if (members === undefined) return undefined;
    const found = { members: new Set(members), atMs: nowMs };
    this.#known.set(usergroup, found);
    return found.members;
  }
}
