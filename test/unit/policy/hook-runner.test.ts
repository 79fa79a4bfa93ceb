import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { HookRunner } from '../../../src/policy/hook-runner.js';
import { TempDirectory } from '../../support/temp-directory.js';

describe('commands of policies', () => {
  const never = new AbortController().signal;
  let directory: TempDirectory;
  let hooks: HookRunner;
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(() => {
    directory = new TempDirectory();
    chmodSync(directory.path, 0o755);
    hooks = new HookRunner({ directory: directory.path, timeLimitMs: 400 });
  });
  afterEach(() => directory[Symbol.dispose]());

  function write(name: string, script: string, mode = 0o755): string {
    const path = directory.join(name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, mode);
    return path;
  }

  async function failure(command: string, signal = never): Promise<DmError> {
    try {
      await hooks.run(command, {}, signal);
    } catch (error) {
      if (error instanceof DmError) return error;
      throw error;
    }
    throw new Error('it did not fail');
  }

  it('run with their arguments as they stand, without a shell, and know what they are about', async () => {
    const out = directory.join('out');
    write('freeze', `printf '%s|' "$@" "$DM_POLICY" "$HOME" > ${out}`);
    await hooks.run('freeze  a $(id) ;b*', { DM_POLICY: 'nightly' }, never);
    expect(readFileSync(out, 'utf8')).to.equal('a|$(id)|;b*|nightly||');
  });

  it('lie where nobody else can put another directory in the place of theirs', async () => {
    const above = directory.join('above');
    mkdirSync(above);
    mkdirSync(join(above, 'hooks'));
    writeFileSync(join(above, 'hooks/freeze'), '#!/bin/sh\n');
    chmodSync(join(above, 'hooks/freeze'), 0o755);
    const below = new HookRunner({ directory: join(above, 'hooks'), timeLimitMs: 400 });
    await below.run('freeze', {}, never);
    chmodSync(above, 0o1777);
    await below.run('freeze', {}, never);
    chmodSync(above, 0o777);
    expect(() => below.check('freeze')).to.throw(/could be replaced/);
    chmodSync(above, 0o755);
    chownSync(above, 65_534, 65_534);
    expect(() => below.check('freeze')).to.throw(/could be replaced/);
  });

  it('fail with the end of what they say', async () => {
    write('freeze', 'echo one >&2; echo the database is away >&2; exit 3');
    const error = await failure('freeze');
    expect(error.code).to.equal('hook_failed');
    expect(error.message).to.match(/"freeze" exited with 3: the database is away$/);
  });

  it('are killed with what they started when their time is over, or the job is stopped', async () => {
    const late = directory.join('late');
    write('slow', `(sleep 1; touch ${late}) & wait`);
    const error = await failure('slow');
    expect(error.message).to.match(/still running after 0.4 s/);
    const stop = new AbortController();
    const stopped = failure('slow', stop.signal);
    stop.abort(new DmError('cancelled', 'the job was cancelled'));
    expect((await stopped).code).to.equal('cancelled');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(existsSync(late)).to.equal(false);
  });

  it('lie in the hooks directory, are of root, and nobody else can change them', async () => {
    write('good', 'true');
    hooks.check('good');
    for (const command of ['', '../good', '/bin/true', '.good', 'sh;true', 'a\0b']) {
      expect((await failure(command)).code, command).to.equal('invalid_argument');
    }
    write('writable', 'true', 0o775);
    write('plain', 'true', 0o644);
    chownSync(write('stranger', 'true'), 1_000, 0);
    symlinkSync('/bin/true', directory.join('link'));
    for (const command of ['writable', 'plain', 'stranger', 'link', 'missing']) {
      expect((await failure(command)).code, command).to.equal('refused');
    }
    chmodSync(directory.path, 0o777);
    expect((await failure('good')).code).to.equal('refused');
    hooks = new HookRunner({ directory: null, timeLimitMs: 400 });
    expect((await failure('good')).message).to.match(/--hooks-dir/);
  });
});
