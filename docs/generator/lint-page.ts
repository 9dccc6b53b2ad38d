import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderDiagnostics } from '../../lib/diagnostics/render.ts';
import { lintFile, RULES, type Rule } from '../../lib/lint/index.ts';
import { CHECKLIST } from './checklist.ts';
import { LINT_EXAMPLES } from './lint-examples.ts';
import { fenced, GENERATED, table } from './markdown.ts';

/** The rules some of whose findings can be mended. */
const FIXED = RULES.filter(({ mends }) => mends)
  .map(({ code }) => `[${code}](#${code})`)
  .join(', ');

const INTRODUCTION = `# Lint: the performance guide as rules

\`stepflow lint\` holds flows against the performance guide: what is slow or costly, what it costs, and how to mend it.

- **Cost.** The flow is compiled and simulated as it is, and as it would be; the difference is the cost: seconds of the critical
  path, by the flow's profile; bytes that are passed from step to step, as far as mocks or schemas say how large they are; US
  dollars for 1,000 runs. For the costs of a flow at most 5,000 steps are simulated; of how many findings the cost is left out for
  that, a line says.
- **\`--fix\`** mends in the text what can be mended without knowing more than is written, of the rules
  ${FIXED}.
  Comments and layout stay, except a comment in a line that goes. Only edits after which the flow says exactly what the rule would
  have it say, and gives the results that it gave, are made.
- **Levels.** \`info\` is worth a look, a \`warning\` most likely a loss. \`--strict\` fails for warnings. \`--rule CODE=LEVEL\`, or in
  the \`stepflow-config.yml\` that is nearest to the flow

  \`\`\`text
  lint: { no-performance-test: off, whole-object: warning }
  \`\`\`

  sets a rule to \`off\`, \`info\`, \`warning\` or \`error\`.
- **Exceptions** stand in the flow, with a reason. The comment is for the next line that is no comment:

  \`\`\`text
  # lint-disable-next-line single-items the order has exactly three items
  \`\`\`

Components need neither be there nor be mocked. The schemas of those that are there count, else the \`inputSchema\` and
\`outputSchema\` of steps. \`--json\` has the shape of \`validate\`, with \`step\`, \`cost\`, \`fixable\` and \`guide\`, a link into this page.
\`cost\` is \`{"seconds", "bytes", "usd"}\`, each 0 where the flow would be no better; without \`bytes\` where nobody knows how large the
values are that would no longer be passed, and \`{}\` where the cost is not known. \`costsLeftOut\` is the number of findings whose cost
is left out.
`;

/** The page of all rules, each with an example as a terminal shows it, and what answers for the guide's checklist. */
export async function lintPage(): Promise<string> {
  const sections = await Promise.all(RULES.map(section));
  const contents = RULES.map(({ code }) => `[${code}](#${code})`).join(' · ');
  const checklist = `\n## The checklist\n\nWhat answers for each line of the guide's checklist.\n\n${checklistTable()}`;
  return [GENERATED, INTRODUCTION, contents, checklist, ...sections].join('\n').trimEnd();
}

const checklistTable = (): string =>
  table(
    ['the guide', 'rules', "the compiler's passes", 'metrics', ''],
    CHECKLIST.map(({ line, rules = [], passes = [], metrics = [], how }) => [
      line,
      rules.map((code) => `[${code}](#${code})`).join(', '),
      passes.map((name) => `\`${name}\``).join(', '),
      metrics.map((name) => `\`${name}\``).join(', '),
      how,
    ]),
  );

async function section({ code, severity, finds, why, guide }: Rule): Promise<string> {
  return [
    `\n## ${code}\n`,
    `Level: ${severity}. Finds ${finds}. ${why} The guide: "${guide}".\n`,
    ...(await exampleOf(code)),
  ].join('\n');
}

async function exampleOf(code: string): Promise<readonly string[]> {
  const { bad, good } = LINT_EXAMPLES[code] ?? { bad: '', good: '' };
  const [found] = await findingsIn(bad, code);
  if (!found) throw new Error(`The example of ${code} does not have that finding.`);
  if ((await findingsIn(good, code)).length > 0) throw new Error(`The good example of ${code} has that finding.`);
  return [
    fenced(
      'text',
      renderDiagnostics([{ ...found, file: 'flow.yaml' }], () => bad, { color: false }),
    ),
    '\nBetter:\n',
    fenced('yaml', good),
  ];
}

/** Each example is linted in an empty folder, so that neither this project's components nor its configuration count. */
async function findingsIn(source: string, code: string) {
  const home = mkdtempSync(join(tmpdir(), 'lint-example-'));
  try {
    const { diagnostics } = await lintFile({ file: join(home, 'flow.yaml'), home, source, project: home });
    return diagnostics.filter((one) => one.code === code);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
