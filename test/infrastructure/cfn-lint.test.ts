import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFIGS, templatesOf } from '../support/infrastructure/synth.ts';
import { realPart } from '../support/require.ts';

const linter = installed();

/** Names of rules that the library itself breaks: it writes a DependsOn beside each GetAtt of a role. */
const LIBRARY = ['W3005'];

test.skipIf(linter === undefined)(
  'cfn-lint has nothing against any template',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'driftwire-templates-'));
    // Those that have every type and property of the others; the linter takes seconds for each.
    const widest = Object.entries(CONFIGS).filter(([name]) => /everything|stream|topic|organisation|collector/.test(name));
    const files = widest.flatMap(([, yaml], number) =>
      Object.entries(templatesOf(yaml)).map(([stack, template]) => {
        const file = join(folder, `${number}-${stack}.template.json`);
        writeFileSync(file, JSON.stringify(template.toJSON(), undefined, 1));
        return file;
      }),
    );
    expect(files.length).toBe(6);
    expect(complaints(files)).toBe('');
    // that it does complain is worth knowing too
    const broken = join(folder, 'broken.template.json');
    writeFileSync(broken, JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 'soon' } } } }));
    expect(complaints([broken])).toContain("'soon' is not of type 'integer'");
    rmSync(folder, { recursive: true });
  },
  300_000,
);

/** What the linter says; it ends with another status than 0 when it says something. */
function complaints(files: readonly string[]): string {
  try {
    return execFileSync(linter ?? '', ['--ignore-checks', ...LIBRARY, '--template', ...files], { encoding: 'utf8', stdio: 'pipe' });
  } catch (cause) {
    return cause instanceof Error && 'stdout' in cause ? String(cause.stdout) : String(cause);
  }
}

function installed(): string | undefined {
  try {
    const path = execFileSync('sh', ['-c', 'command -v cfn-lint'], { encoding: 'utf8' }).trim();
    return realPart('cfn-lint', path) ? path : undefined;
  } catch {
    realPart('cfn-lint', 'cfn-lint');
    return undefined;
  }
}
