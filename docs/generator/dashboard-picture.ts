import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Workflow, WorkflowDashboard } from '../../lib/aws/index.ts';
import { isObject } from '../../lib/protocol/json.ts';

const FLOW = 'workflows/user-insights.yaml';

/** A widget of the body of a dashboard, on a grid whose rows are 24 wide. */
interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly [property: string]: unknown };
}

// Pixels.
const CELL = 42;
const ROW = 30;
const GAP = 4;
const PADDING = 12;
const LINE = 18;

/** The dashboard of a flow as an SVG, drawn from the template that deploys it: where each widget is, its title and its series. */
export async function dashboardPicture(): Promise<string> {
  const widgets = widgetsOf(await synthesise());
  const width = Math.max(...widgets.map((one) => one.x + one.width)) * CELL + 2 * PADDING;
  const height = Math.max(...widgets.map((one) => one.y + one.height)) * ROW + 2 * PADDING;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>The widgets of the dashboard of a flow: titles, series, axes and bounds</title>',
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...widgets.map(drawn),
    '</svg>',
  ].join('\n');
}

/** The template of a stack with the flow, its alarms and its dashboard. */
async function synthesise(): Promise<unknown> {
  const outdir = mkdtempSync(join(tmpdir(), 'stepflow-dashboard-'));
  try {
    const app = new App({ outdir });
    const stack = new Stack(app, 'Insights');
    const workflow = new Workflow(stack, 'UserInsights', { flow: FLOW, alarms: { p99: Duration.seconds(2) } });
    new WorkflowDashboard(stack, 'Dashboard', { workflows: [workflow] });
    return app.synth().getStackByName(stack.stackName).template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The widgets of the dashboard in a template. */
function widgetsOf(template: unknown): readonly Widget[] {
  const resources = isObject(template) && isObject(template.Resources) ? Object.values(template.Resources) : [];
  const dashboard = resources.find((each) => isObject(each) && each.Type === 'AWS::CloudWatch::Dashboard');
  if (!isObject(dashboard) || !isObject(dashboard.Properties)) throw new Error('The template has no dashboard');
  return JSON.parse(textOf(dashboard.Properties.DashboardBody)).widgets;
}

/** A text of a template, with the names of what is only known at deployment. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = isObject(value) ? value['Fn::Join'] : undefined;
  if (Array.isArray(parts) && Array.isArray(parts[1])) return parts[1].map(textOf).join('');
  return isObject(value) && typeof value.Ref === 'string' ? value.Ref : 'value';
}

function drawn({ type, x, y, width, height, properties }: Widget): string {
  const [left, top] = [PADDING + x * CELL + GAP / 2, PADDING + y * ROW + GAP / 2];
  const box = `<rect class="${type}" x="${left}" y="${top}" width="${width * CELL - GAP}" height="${height * ROW - GAP}" rx="5"/>`;
  const lines = type === 'text' ? headingOf(properties) : graphOf(properties);
  const texts = lines.map(
    ({ text, style }, at) =>
      `<text class="${style}" x="${left + PADDING}" y="${top + (at + 1) * LINE + 4}">${escapeText(text)}</text>`,
  );
  return [box, ...texts].join('');
}

interface Line {
  readonly text: string;
  readonly style: 'title' | 'series' | 'note';
}

const headingOf = ({ markdown }: Widget['properties']): readonly Line[] =>
  String(markdown)
    .split('\n')
    .map((text, at) => ({ text: text.replace(/^#+ /, ''), style: at === 0 ? 'title' : 'note' }));

/** The title, the axes, the series and the bounds of a graph. */
function graphOf({ title, metrics, yAxis, annotations, stacked }: Widget['properties']): readonly Line[] {
  const rows = Array.isArray(metrics) ? metrics : [];
  const series = rows.flatMap((row) => (Array.isArray(row) ? labelOf(row) : []));
  const axes = isObject(yAxis)
    ? Object.values(yAxis).flatMap((axis) => (isObject(axis) ? (axis.label ?? []) : []))
    : [];
  const bounds = isObject(annotations) && Array.isArray(annotations.horizontal) ? annotations.horizontal : [];
  return [
    { text: String(title).replace(/^.*: /, ''), style: 'title' },
    { text: [...(stacked === true ? ['stacked'] : []), ...axes].join(' · '), style: 'note' },
    ...series.map((text): Line => ({ text: `— ${text}`, style: 'series' })),
    ...bounds.filter(isObject).map((one): Line => ({ text: `┄ ${one.label} at ${one.value}`, style: 'note' })),
  ];
}

/** What the series of a row is called; none for one that is only read by others. */
function labelOf(row: readonly unknown[]): readonly string[] {
  const options = row.at(-1);
  if (!isObject(options) || options.visible === false) return [];
  const label = String(options.label ?? row[1]);
  return [label.replace("${PROP('Dim.step')}", 'each step')];
}

const STYLE = [
  'text{font:13px system-ui,sans-serif;fill:#24292f}',
  '.title{font-weight:600}',
  '.note{fill:#57606a;font-size:12px}',
  '.paper{fill:#f6f8fa}',
  '.metric{fill:#fff;stroke:#d0d7de}',
  'rect.text{fill:none}',
].join('');

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
