import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DASHBOARD_LIMITS } from '../../../lib/aws/dashboard/fitting.ts';
import type { MonitoredFlow } from '../../../lib/aws/dashboard/monitored-flow.ts';
import { dashboardRows } from '../../../lib/aws/dashboard/rows.ts';
import { WIDGET_KINDS } from '../../../lib/aws/dashboard/widgets.ts';
import { WorkflowError } from '../../../lib/aws/index.ts';
import { runs } from '../../chance.ts';
import { testApp } from '../test-app.ts';
import { type Body, bodyText, metricsRead, queries } from './read-body.ts';

/** The body of a dashboard of flows, as CloudWatch gets it. */
function bodyOf(flows: readonly MonitoredFlow[]): { readonly text: string; readonly body: Body } {
  const stack = new Stack(testApp(), 'Stack');
  new cloudwatch.Dashboard(stack, 'Dashboard', { widgets: dashboardRows(stack, flows) });
  const text = bodyText(Template.fromStack(stack).toJSON().Resources);
  return { text, body: JSON.parse(text) };
}

const FLOW: MonitoredFlow = {
  title: 'insights',
  flow: 'insights',
  type: 'STANDARD',
  stateMachines: ['arn:aws:states:eu-central-1:123456789012:stateMachine:insights'],
  width: 3,
  steps: 4,
  functions: [{ name: 'load', components: ['/user/load'], memoryMb: 512 }],
};

const titlesOf = ({ widgets }: Body): readonly string[] => widgets.flatMap(({ properties }) => properties.title ?? []);

const widgetOf = ({ widgets }: Body, title: string) =>
  widgets.find(({ properties }) => properties.title === `insights: ${title}`)?.properties;

describe('the dashboard of a flow', () => {
  const { body } = bodyOf([FLOW]);

  it('has a graph of each kind', () => {
    expect(titlesOf(body)).toEqual(WIDGET_KINDS.map(({ title }) => `insights: ${title}`));
  });

  it('divides the time of the steps by that of the executions and by how many steps run at once', () => {
    expect(JSON.stringify(widgetOf(body, 'Parallel efficiency'))).toContain('100 * steps / (makespans * 3)');
  });

  it('searches for the steps of the flow, whatever their versions', () => {
    expect(widgetOf(body, 'Step times')?.metrics?.[0]?.[0]).toMatchObject({
      expression: `SEARCH('{Stepflow,flow,step,component,version} MetricName="StepExecutionTime" flow="insights"', 'Average', 300)`,
    });
  });

  it('has the prices of transitions, calls, and GB-milliseconds in the cost of a run', () => {
    expect(widgetOf(body, 'Cost of a run')?.metrics?.[0]?.[0]).toMatchObject({
      expression: '(0.000025 * c0x0 + 0.0000002 * c1x0 + 0.0000000066667 * c2x0) / executions',
    });
  });

  it('has the prices of requests and GB-milliseconds in that of an Express flow', () => {
    const express = JSON.stringify(widgetOf(bodyOf([{ ...FLOW, type: 'EXPRESS' }]).body, 'Cost of a run'));
    expect(express).toContain('(0.000001 * c0x0 + ');
    expect(express).toContain('ExpressExecutionBilledDuration');
    expect(express).toContain('ExpressExecutionBilledMemory');
    expect(express).not.toContain('ConsumedCapacity');
  });

  it('prices and limits the components of each size of memory apart', () => {
    const functions = [...FLOW.functions, { name: 'rank', components: ['/user/rank', '/rank'], memoryMb: 2048 }];
    const { body: mixed } = bodyOf([{ ...FLOW, functions }]);
    const expressions = JSON.stringify(widgetOf(mixed, 'Memory')?.metrics);
    expect(expressions).toMatch(/\(component=\\"\/user\/load\\"\)', 'Maximum', 300\) \/ 512/);
    expect(expressions).toMatch(
      /\(component=\\"\/user\/rank\\" OR component=\\"\/rank\\"\)', 'Maximum', 300\) \/ 2048/,
    );
    expect(JSON.stringify(widgetOf(mixed, 'Cost of a run'))).toContain('c3x0');
  });

  it('shows the bound of its alarm', () => {
    const { body: bounded } = bodyOf([{ ...FLOW, p99: 800 }]);
    expect(widgetOf(bounded, 'Makespan')?.annotations?.horizontal).toMatchObject([{ value: 800 }]);
  });

  it('has no graphs of steps where no function runs one', () => {
    const titles = titlesOf(bodyOf([{ ...FLOW, steps: 0, functions: [] }]).body);
    expect(titles.map((title) => title.slice(10))).toEqual(['Executions', 'Makespan', 'Cost of a run', 'Throttles']);
  });
});

describe('a dashboard', () => {
  const named = (at: number): MonitoredFlow => ({ ...FLOW, title: `flow-${at}`, flow: `flow-${at}` });

  it('leaves out the last kinds of graphs first, of all flows alike, and says so', () => {
    const { body } = bodyOf(Array.from({ length: 90 }, (_, at) => named(at)));
    const titles = titlesOf(body).map((title) => title.replace(/^.*: /, ''));
    const counts = WIDGET_KINDS.map(({ title }) => titles.filter((each) => each === title).length);
    expect(counts[0]).toBe(90);
    expect([...counts].sort((a, b) => b - a)).toEqual(counts);
    expect(counts.at(-1)).toBe(0);
    expect(body.widgets[0]?.properties.markdown).toMatch(/no room for: .*Start-ups$/);
  });

  it('refuses more flows than there is room for the executions of', () => {
    const tooMany = () => bodyOf(Array.from({ length: 300 }, (_, at) => named(at)));
    expect(tooMany).toThrow(WorkflowError);
    expect(tooMany).toThrow(/no room for \d+ of 300 workflows, the first of which is "flow-\d+"; give fewer/);
  });

  it('is JSON within the limits of CloudWatch, whatever its flows are called and how large they are', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }));
    const component = fc.record({
      name: fc.string({ unit: 'grapheme-ascii', minLength: 1 }),
      components: fc.array(name, { minLength: 1, maxLength: 2 }),
      memoryMb: fc.option(fc.integer({ min: 128, max: 10_240 }), { nil: undefined }),
    });
    const flow = fc.record({
      title: name,
      flow: name,
      type: fc.constantFrom('STANDARD' as const, 'EXPRESS' as const),
      stateMachines: fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })),
      width: fc.integer({ min: 1, max: 1000 }),
      steps: fc.oneof(fc.nat(20), fc.nat(5000)),
      functions: fc.array(component, { maxLength: 30 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(flow, { minLength: 1, maxLength: 80, size: 'max', selector: ({ title }) => title }),
        (flows) => {
          const { text, body } = bodyOf(flows);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(DASHBOARD_LIMITS.bytes);
          expect(body.widgets.length).toBeLessThanOrEqual(500);
          const steps = new Map(flows.map((each) => [each.title, each.steps]));
          let all = 0;
          for (const widget of body.widgets) {
            const ofFlow = steps.get((widget.properties.title ?? '').replace(/: [^:]*$/, '')) ?? 0;
            const read = metricsRead(widget, 2 * ofFlow);
            expect(read).toBeLessThanOrEqual(500);
            all += read;
            for (const query of queries(widget)) expect(query.length).toBeLessThanOrEqual(1024);
          }
          expect(all).toBeLessThanOrEqual(2500);
        },
      ),
      { numRuns: runs(20) },
    );
  });
});
