import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { componentSource, project } from '../run/project.ts';
import { call, steady } from './terminal.ts';

const FLOW = `examples: [{ name: one, input: { n: 1 } }, { name: two, input: { n: 2 } }]
steps:
  - { id: first, component: /my/first, input: { $input: n } }
  - { id: rare, component: /my/rare, skipIf: { $input: quick } }
output: [{ $step: first }, { $step: rare }]
`;

const open = (more: { readonly [file: string]: string } = {}): string =>
  project({
    'flow.yaml': FLOW.replace('{ n: 2 }', '{ n: 2, quick: true }').replace(
      '[{ $step: first }, { $step: rare }]',
      '{ $step: first }',
    ),
    'lambdas/my/first.ts': componentSource('return input;'),
    'lambdas/my/rare.ts': componentSource('return 1;'),
    'fails.yaml': 'steps: [{ id: a, component: /my/fails }]\noutput: { $step: a }\n',
    'lambdas/my/fails.ts': componentSource('throw new Error("no");'),
    'mocked.flow.yaml': 'steps: [{ id: a, component: /my/none }]\noutput: { $step: a }\n',
    'mocks.json': '{"/my/none": [{"result": 1, "seconds": 0.05}]}',
    ...more,
  });

const readJson = (folder: string, file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

describe('stepflow profile', () => {
  it('writes the medians beside the flow, and tells them', async () => {
    const cwd = open();
    const { code, stdout, stderr } = await call(['profile', 'flow.yaml', '--local', '--runs', '2'], { cwd });
    expect(code).toBe(0);
    const measured = (calls: number) => ({
      ...{ seconds: expect.any(Number), p25Seconds: expect.any(Number), p75Seconds: expect.any(Number), calls },
      ...{ inputBytes: expect.any(Number), outputBytes: expect.any(Number) },
    });
    expect(readJson(cwd, 'flow.profile.json')).toEqual({
      source: { kind: 'local', at: expect.stringMatching(/^\d{4}-/), runs: 4 },
      steps: { first: measured(4), rare: measured(2) },
      components: { '/my/first': measured(4), '/my/rare': measured(2) },
    });
    // Two examples, twice each; the second skips one of the steps.
    expect(steady(stdout)).toMatch(/first +T +4 calls/);
    expect(steady(stdout)).toMatch(/rare +T +2 calls/);
    expect(stdout).toContain('✔ flow.profile.json: 2 steps, the medians of 4 runs');
    expect(stderr).toContain('Next: stepflow simulate flow.yaml --profile flow.profile.json');
  });

  it('measures each of the steps that share a Map', async () => {
    const ids = Array.from({ length: 10 }, (_, at) => `w${at}`);
    const steps = ids.map((id) => `  - { id: ${id}, component: /my/first, input: ${id} }`).join('\n');
    const cwd = open({
      'wide.yaml': `steps:\n${steps}\noutput: [${ids.map((id) => `{ $step: ${id} }`).join(', ')}]\n`,
    });
    const { code, stdout } = await call(['profile', 'wide.yaml', '--local', '--runs', '2', '--json'], { cwd });
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(stdout).steps)).toEqual(ids);
  });

  it('prints the profile with --json, and nothing else', async () => {
    const cwd = open();
    const { code, stdout, stderr } = await call(['profile', 'flow.yaml', '--local', '--runs', '1', '--json'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(readJson(cwd, 'flow.profile.json'));
  });

  it('measures a run with the input that is given, and keeps what it did not measure', async () => {
    const cwd = open({ 'flow.profile.json': '{"steps": {"rare": {"seconds": 99}, "gone": {"seconds": 1}}}' });
    const argv = ['profile', 'flow.yaml', '--local', '--runs', '1', '--input', '{"n": 3, "quick": true}', '--json'];
    const { steps } = JSON.parse((await call(argv, { cwd })).stdout);
    expect(Object.keys(steps)).toEqual(['first', 'rare']);
    expect(steps.rare).toEqual({ seconds: 99 });
  });

  it('measures mocks, too, and writes where it is told', async () => {
    const cwd = open();
    const argv = [
      'profile',
      'mocked.flow.yaml',
      '--local',
      '--runs',
      '1',
      '--mocks',
      'mocks.json',
      '--out',
      'other.json',
    ];
    expect((await call(argv, { cwd })).code).toBe(0);
    // The mock takes 50 ms; timers and clocks of a machine may differ by some.
    expect(readJson(cwd, 'other.json').steps.a.seconds).toBeGreaterThan(0.04);
    expect(existsSync(join(cwd, 'mocked.profile.json'))).toBe(false);
  });

  it('writes nothing where a run fails', async () => {
    const cwd = open();
    const { code, stderr } = await call(['profile', 'fails.yaml', '--local'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('COMPONENT_FAILED');
    expect(existsSync(join(cwd, 'fails.profile.json'))).toBe(false);
  });

  it('tells what is wrong with the flow or with the profile that is there', async () => {
    const cwd = open({
      'fails.profile.json': '{"steps": []}',
      'none.yaml': 'steps: [{ id: a, component: /my/nothing }]\n',
    });
    const broken = await call(['profile', 'fails.yaml', '--local'], { cwd });
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining('"steps" of a profile is a list') });
    const none = await call(['profile', 'none.yaml', '--local'], { cwd });
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no component "/my/nothing"') });
  });

  it('wants to know which runs to measure', async () => {
    const { code, stderr } = await call(['profile', 'flow.yaml'], { cwd: open() });
    expect(code).toBe(2);
    expect(stderr).toContain('give --local');
  });
});

describe('stepflow compile --profile', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  // No series-parallel graph: where it is cut depends on the times.
  const crossed = `steps:\n${ids.map((id) => `  - { id: ${id}, component: /my/${id}, input: [${{ c: '{ $step: a }, { $step: b }', d: '{ $step: b }', e: '{ $step: d }, { $step: a }' }[id] ?? ''}] }\n`).join('')}output: [{ $step: c }, { $step: e }]\n`;

  it('arranges the steps by it', async () => {
    const cwd = open({ 'crossed.yaml': crossed });
    const compiled = async (seconds: { readonly [id: string]: number }) => {
      const steps = Object.fromEntries(Object.entries(seconds).map(([id, time]) => [id, { seconds: time }]));
      writeFileSync(join(cwd, 'p.json'), JSON.stringify({ steps }));
      return (await call(['compile', 'crossed.yaml', '--profile', 'p.json', '--json'], { cwd })).stdout;
    };
    const plain = (await call(['compile', 'crossed.yaml', '--json'], { cwd })).stdout;
    const all = [
      await compiled({ a: 100, b: 1, c: 1, d: 100, e: 1 }),
      await compiled({ a: 1, b: 100, c: 100, d: 1, e: 1 }),
    ];
    expect(new Set([plain, ...all]).size).toBeGreaterThan(1);
    expect(await compiled(Object.fromEntries(ids.map((id) => [id, 1])))).toBe(plain);
  });

  it('refuses one that is broken', async () => {
    const cwd = open({ 'p.json': '{"steps": {"first": {}}}' });
    const { code, stdout, stderr } = await call(['compile', 'flow.yaml', '--profile', 'p.json'], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('The step "first" of a profile has no "seconds"');
  });
});
