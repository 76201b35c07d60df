import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../context.ts';

const TEST_FILE = /\.test\.ya?ml$/;
const DEFAULT_FOLDER = 'rules';

/**
 * The test files that the arguments name: a test file itself; of a rule file the tests beside it or in `tests`; of a folder
 * all test files below it. Without arguments those below `rules`.
 */
export function findTests(paths: readonly string[]): readonly string[] {
  if (paths.length === 0 && !existsSync(DEFAULT_FOLDER)) {
    throw new UsageError('no FILE given, and there is no folder "rules" here: name test files (NAME.test.yaml), rule files or folders');
  }
  const found = (paths.length === 0 ? [DEFAULT_FOLDER] : paths).flatMap((path) => {
    const tests = testsOf(path);
    if (tests.length === 0) throw new UsageError(`no test file at ${JSON.stringify(path)}: test files are called NAME.test.yaml`);
    return tests;
  });
  return [...new Set(found)];
}

function testsOf(path: string): readonly string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`no such file or folder: ${JSON.stringify(path)}`);
  if (stat.isDirectory()) {
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
    return names
      .filter((name) => TEST_FILE.test(name))
      .sort()
      .map((name) => join(path, name));
  }
  if (TEST_FILE.test(path)) return [path];
  const own = basename(path).replace(/\.ya?ml$/, '');
  const near = [dirname(path), join(dirname(path), 'tests')];
  return near
    .flatMap((folder) => [`${own}.test.yaml`, `${own}.test.yml`].map((name) => join(folder, name)))
    .filter((name) => existsSync(name));
}
