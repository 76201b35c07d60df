import type { Ast, Check } from '../../ast.ts';
import { printLeft } from '../../print.ts';
import type { Found, LintCheck } from '../check.ts';
import { conjunction } from '../conjunction.ts';
import { shownValues } from '../each-check.ts';
import { fieldOf, specOf, valuesOf } from '../subject.ts';

/** What a part says of one field: that its value is among these, or is not. */
interface Claim {
  readonly left: string;
  readonly says: string;
  /** Values it may have; undefined: any. */
  readonly among: ReadonlySet<string> | undefined;
  /** Values it may not have. */
  readonly except: ReadonlySet<string>;
  /** true: it must be there; false: it must not. */
  readonly there: boolean | undefined;
}

/** Things that cannot hold together. */
export const contradiction: LintCheck = {
  id: 'contradiction',
  level: 'warning',
  about: 'Two parts of a condition that cannot both hold, macros included: the same field with two values, or there and not there.',
  run: ({ rules, macros }) =>
    rules.flatMap(({ condition, evaluated }) => {
      const claims = conjunction(evaluated, macros).flatMap(claimOf);
      return claims.flatMap((claim, index): readonly Found[] => {
        const other = claims.slice(0, index).find((earlier) => earlier.left === claim.left && !canBoth(earlier, claim));
        if (other === undefined) return [];
        return [
          {
            place: condition.place(0),
            item: condition.item,
            message: `"${other.says}" and "${claim.says}" cannot both hold, so the rule never fires`,
            advice: 'join them with or, or remove one; look into the macros too',
          },
        ];
      });
    }),
};

const NONE: ReadonlySet<string> = new Set();

function claimOf(ast: Ast): readonly Claim[] {
  if (ast.kind === 'check') return claimOfCheck(ast, false);
  return ast.kind === 'not' && ast.part.kind === 'check' ? claimOfCheck(ast.part, true) : [];
}

function claimOfCheck(check: Check, negated: boolean): readonly Claim[] {
  // a list field may hold several values at once
  if (specOf(fieldOf(check.left) ?? '')?.isList !== false) return [];
  const left = printLeft(check.left);
  const values = new Set(valuesOf(check));
  const claim = (rest: Pick<Claim, 'among' | 'except' | 'there'>, words: string): readonly Claim[] => [
    { left, says: `${negated ? 'not ' : ''}${left} ${words}`, ...rest },
  ];
  if (check.operator === 'exists') return claim({ among: undefined, except: NONE, there: !negated }, 'exists');
  const words = `${check.operator} ${shownValues([...values])}`;
  const isPlain = check.right.kind === 'value' || (check.right.kind === 'values' && check.right.modifier === undefined);
  if (!isPlain) return [];
  if (check.operator === '=' || check.operator === '==' || check.operator === 'in') {
    // negated it says nothing of an absent field
    return claim(negated ? { among: undefined, except: values, there: undefined } : { among: values, except: NONE, there: true }, words);
  }
  if (check.operator === '!=' && !negated) return claim({ among: undefined, except: values, there: true }, words);
  return negated ? [] : claim({ among: undefined, except: NONE, there: true }, words);
}

function canBoth(one: Claim, other: Claim): boolean {
  if (one.there !== undefined && other.there !== undefined && one.there !== other.there) return false;
  const among = one.among ?? other.among;
  if (among === undefined) return true;
  return [...among].some((value) => (other.among ?? among).has(value) && !one.except.has(value) && !other.except.has(value));
}
