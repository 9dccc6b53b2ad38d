import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { commands } from '../../lib/cli/commands.ts';
import { reportError } from '../../lib/cli/errors.ts';
import { call, recorder } from './terminal.ts';

describe('stepflow', () => {
  test('alone shows its help', async () => {
    expect(await call([])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "Usage: stepflow [options] [command]

      Run workflows on this machine, and deploy the very same state machine to AWS Step Functions.

      Options:
        --version                       print the version
        -h, --help                      show this help

      Commands:
        run [options] <FLOW>            Run a flow on this machine: its compiled state machine, with the
                                        components that would be deployed.
        test [options] <PATH...>        Run the cases that flows have under 'test', in the local engine.
        validate [options] <PATH...>    Report everything that is wrong with flows: where it is and how to
                                        fix it.
        lint [options] <PATH...>        Hold flows against the performance guide: what is slow or costly,
                                        what it costs, how to mend it.
        compile [options] <FLOW>        Compile a flow to its state machine, with functions as
                                        \${component:/plugin/name}.
        explain [options] <FLOW>        Explain what a flow became: its arrangement, what each pass saved,
                                        how large values may be, how far limits are.
        simulate [options] <FLOW>       Run a compiled flow on a virtual clock: how long it takes beside
                                        its critical path, and what it costs.
        profile [options] <FLOW>        Write down how long each step takes, in runs on this machine or in
                                        deployed executions, for the compiler and simulate.
        waiting [options] [ID]          List the steps that wait for an answer, and how each is answered.
        approve [options] <ID> <STEP>   Approve what a step of a run waits for.
        reject [options] <ID> <STEP>    Reject what a step of a run waits for: the step succeeds, with
                                        approved: false.
        callback [options] <ID> <STEP>  Send a value to a step of a run that waits for a callback.
        asl                             holds asl run
        list-components [options]       List every component that flows may use: the built-in ones and
                                        yours, with their schemas.
        deploy [options] [STACK...]     Deploy the flows of cdk.json's app, with the CDK's own command;
                                        says first what changes of each flow.
        diff [options] [STACK...]       Say what a deployment would change of each flow, and of each
                                        resource. Nothing is changed.
        submit [options] <FLOW>         Start an execution of a deployed flow.
        status [options] <ID>           Tell how an execution is, and how it has ended.
        wait [options] <ID>             Wait for the end of an execution, and show what its steps do.
                                        Interrupted, it leaves the execution running.
        history [options] <ID>          Show what the steps of an execution have done so far, those of
                                        nested executions included.
        result [options] <ID>           Print the result of an execution that has ended, however large it
                                        is.
        logs [options] [ID]             Show what the components of a run on this machine logged, or of a
                                        deployed execution.
        runs [options]                  List the runs on this machine, or the executions of deployed
                                        flows, the latest first.
        stop [options] <ID>             Stop an execution. One that has ended stays as it is.
        redrive [options] <ID>          Continue an execution that failed, was stopped or timed out, from
                                        where it did: what has succeeded is not repeated.
        prune [options] <STACK>         List what earlier deployments of a stack left and no execution
                                        needs, and delete it with --yes.
        destroy [options] [STACK...]    Delete stacks of the app of cdk.json; says first which flows they
                                        have, and which executions would end.

      Example:
        $ stepflow run workflows/user-insights.yaml
      ",
      }
    `);
  });

  test.each(commands)(
    '$name --help has an example that the command line itself accepts',
    async ({ name, examples }) => {
      const { code, stdout, stderr } = await call([...name.split(' '), '--help']);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`Example:\n  $ stepflow ${examples[0]}`);
      expect(stdout).toContain('--json');
      for (const example of examples) {
        // With a wrong option added, only that option may be found at fault.
        const words = example.match(/'[^']*'|\S+/g) ?? [];
        const tried = await call([...words.map((word) => word.replaceAll("'", '')), '--wrong']);
        expect(tried.stderr).toContain("unknown option '--wrong'");
      }
    },
  );

  test('of a command explains it', async () => {
    expect((await call(['run', '--help'])).stdout).toMatchInlineSnapshot(`
      "Usage: stepflow run [options] <FLOW>

      Run a flow on this machine: its compiled state machine, with the components that would be deployed.

      Arguments:
        FLOW                     the flow

      Options:
        --input <JSON|@FILE|->   the input; without it, the flow's first example
        --event <FILE|->         an event: the input is what the trigger makes of it that it fits
        --trigger <NAME|N>       the trigger, where the event fits several; a schedule needs no event
        --var <NAME=JSON>        the value of a variable of the flow; may be repeated
        --mocks <FILE>           mocks of components: behaviours by step id or component path
        --inputs <FILE.jsonl|->  run a batch: each line is an input; prints one result per line, in order
        --max-concurrency <N>    how many runs of a batch execute at once (default: 10)
        --isolate                run components in sandboxes with the memory that they request, and
                                 measure what they use
        --metrics                show what was measured of each step; with --json it is there in any case
        --resume [ID]            resume an interrupted or failed run or batch, without ID the latest one;
                                 completed steps and lines are not repeated
        --json                   print the flow's result and its execution, and the trigger that made its
                                 input as JSON, and nothing else, on standard output
        -h, --help               show this help

      Example:
        $ stepflow run workflows/user-insights.yaml
        $ stepflow run workflows/user-insights.yaml --input '{"user_id": "u005"}' --json
        $ stepflow run workflows/user-insights.yaml --inputs inputs.jsonl --max-concurrency 4 > results.jsonl
        $ stepflow run workflows/user-insights.yaml --inputs inputs.jsonl --resume > results.jsonl
        $ stepflow run workflows/user-insights.yaml --resume 0f7a1c2e
        $ stepflow run examples/order-intake.yaml --event examples/files/object-created.json
      "
    `);
  });

  test.each([
    [['rnu'], "unknown command 'rnu'\n(Did you mean run?)"],
    [['run'], "missing required argument 'FLOW'"],
    [['validate'], "missing required argument 'PATH'"],
    [['run', 'a.yaml', 'b.yaml'], 'too many arguments'],
    [['run', 'a.yaml', '--inptu', '{}'], "unknown option '--inptu'\n(Did you mean --input?)"],
    [['run', 'a.yaml', '--max-concurrency', 'many'], 'Expected a whole number above 0.'],
    [['run', 'a.yaml', '--input'], 'argument missing'],
  ])('%j is wrong use', async (argv, message) => {
    const { code, stdout, stderr } = await call(argv);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('help: stepflow --help lists the commands');
  });
});

describe('a fault of ours', () => {
  const report = (env: { readonly [name: string]: string }) => {
    const stderr = recorder();
    const terminal = { stdout: recorder(), stderr, readStdin: async () => '', cwd: '.', env };
    const code = reportError(new RangeError('oh'), { ...terminal, signal: new AbortController().signal });
    return { code, stderr: stderr.text() };
  };

  test('is said to be one, without its stack', () => {
    expect(report({})).toMatchInlineSnapshot(`
      {
        "code": 3,
        "stderr": "fault: oh
        This is a bug in stepflow. Set STEPFLOW_DEBUG=1 for a stack trace, and please report it.
      ",
      }
    `);
  });

  test('shows its stack where one asks for it', () => {
    expect(report({ STEPFLOW_DEBUG: '1' }).stderr).toMatch(/RangeError: oh\n +at /);
  });
});

describe('the launcher', () => {
  const launch = (...argv: string[]) => promisify(execFile)(process.execPath, ['bin/stepflow.js', ...argv]);

  test('runs the command line in a process of its own', async () => {
    const { stdout } = await launch('compile', 'workflows/user-insights.yaml', '--json');

    expect(JSON.parse(stdout)).toMatchObject({ QueryLanguage: 'JSONata' });
  });

  test("shows where in a component's source a run failed", async () => {
    const failing = launch('run', 'workflows/user-insights.yaml', '--input', '{"user_id": "u999"}');

    await expect(failing).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/at .*lambdas\/user\/load\.ts:\d+/),
    });
  });

  test('hands on the exit code', async () => {
    await expect(launch('run', 'nowhere.yaml')).rejects.toMatchObject({ code: 2, stdout: '' });
  });
});
