// The public interface can be documented: every type that it mentions is exported, every link leads somewhere.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('typedoc has nothing to warn of', async () => {
  const args = ['node_modules/typedoc/bin/typedoc', '--emit', 'none'];
  const output = await promisify(execFile)(process.execPath, args, { timeout: 100_000 }).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: { stdout: string; stderr: string }) => `failed:\n${error.stdout}${error.stderr}`,
  );
  expect(output).not.toContain('warning');
  expect(output).not.toContain('failed:');
}, 120_000);
