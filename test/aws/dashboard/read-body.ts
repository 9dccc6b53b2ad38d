/** A widget of a dashboard. */
export interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly annotations?: { readonly horizontal?: readonly unknown[] };
  };
}

/** The body of a dashboard. */
export interface Body {
  readonly widgets: readonly Widget[];
}

/** The queries of the searches of a widget. */
export const queries = ({ properties }: Widget): readonly string[] =>
  [...JSON.stringify(properties.metrics ?? []).matchAll(/SEARCH\('(.*?)', '\w+', \d+\)/g)].map(([, query = '']) =>
    JSON.parse(`"${query}"`),
  );

/** How many metrics a widget reads, where each search finds so many. */
export const metricsRead = (widget: Widget, found: number): number =>
  (widget.properties.metrics ?? []).filter(([first]) => typeof first === 'string').length +
  queries(widget).length * found;

/** The body of the dashboard among resources, with a text in place of each value that is only known at deployment. */
export function bodyText(resources: { readonly [id: string]: Resource }): string {
  const dashboard = Object.values(resources).find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  return textOf(dashboard?.Properties?.DashboardBody);
}

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly [property: string]: unknown };
}

/** As long as most ARNs of state machines. */
const ARN = 'arn:aws:states:eu-central-1:123456789012:stateMachine:Stack-Flow-12345678';

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = Object(value)['Fn::Join']?.[1];
  if (Array.isArray(parts)) return parts.map(textOf).join('');
  return Object(value).Ref === 'AWS::Region' ? 'eu-central-1' : ARN;
}
