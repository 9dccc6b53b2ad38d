import { QUOTAS } from '../protocol/quotas.ts';

/**
 * The registry of diagnostics: each code with its severity, its message and its help. Both are made from typed
 * parameters; an unknown code does not compile. A message says what was found, the help how to fix it.
 */
export const MESSAGES = {
  'yaml-syntax': error<{ problem: string }>(
    ({ problem }) => `This is not valid YAML: ${problem}`,
    () => 'A flow is written in YAML or JSON. Check the indentation, quotes and brackets here.',
  ),
  'not-json': error<{ found: string }>(
    ({ found }) => `${found} is not a JSON value`,
    () => 'Use null, true, false, a finite number, a string, a list or a map.',
  ),
  'number-too-large': error<{ written: string }>(
    ({ written }) => `${written} is larger than any number here and on AWS, which end at about 1.8e308`,
    () => 'Write a smaller number, or a string in quotes.',
  ),
  'inexact-number': warning<{ written: string; became: string }>(
    ({ written, became }) => `${written} is kept as ${became}`,
    () =>
      'Numbers are 64-bit floating-point numbers (doubles), here and on AWS: whole numbers are exact up to 9007199254740992 (2^53). Write an id as a string in quotes.',
  ),
  'map-as-key': error<{ template?: string | undefined; instead?: string | undefined }>(
    () => 'A map is used as a key',
    ({ template, instead }) =>
      template === undefined || instead === undefined
        ? 'Use a string as the key. Only a reference may be written this way, without a value: { { $step: load }, path: id }.'
        : `Where other languages have {{ ${template} }}, ${lowercaseFirst(instead)}`,
  ),
  'alias-bomb': error<{ limit: number }>(
    ({ limit }) => `With its aliases expanded, this file has more than ${limit.toLocaleString('en')} values`,
    () => 'Use fewer aliases, and pass large data in a blob or in the input.',
  ),
  'too-deep': error<{ limit: number }>(
    ({ limit }) => `Lists and maps are nested more than ${limit} levels deep here`,
    () => 'Flatten the data, or pass the inner levels as a blob.',
  ),
  'unknown-alias': error<{ name: string }>(
    ({ name }) => `The alias *${name} has no anchor &${name} before it`,
    ({ name }) => `Add the anchor &${name} to the value that *${name} should repeat.`,
  ),
  'circular-alias': error<{ name: string }>(
    ({ name }) => `The alias *${name} is inside the value that it repeats`,
    ({ name }) => `A value cannot contain itself: move the anchor &${name} to a smaller value, or remove *${name}.`,
  ),
  'wrong-type': error<{ what: string; found: string; wanted: string; nearest?: string | undefined }>(
    ({ what, found, wanted }) => `${capitalize(what)} is ${found}, but ${wanted} is expected`,
    ({ what, wanted, nearest }) => (nearest ? `Did you mean "${nearest}"?` : `Write ${wanted} for ${what}.`),
  ),
  'unknown-key': error<{
    key: string;
    where: string;
    known: readonly string[];
    nearest?: string | undefined;
    instead?: string | undefined;
  }>(
    ({ key, where }) => `Unknown key "${key}" in ${where}`,
    ({ known, nearest, instead }) =>
      instead ?? (nearest ? `Did you mean "${nearest}"?` : `Keys allowed here: ${known.join(', ')}.`),
  ),
  'bad-schema': error<{ what: string; found: string; wanted: string; nearest?: string | undefined }>(
    ({ what, found, wanted }) => `${capitalize(what)} is ${found}, but ${wanted} is expected`,
    ({ nearest, wanted }) =>
      nearest
        ? `Did you mean ${nearest}?`
        : `Write ${wanted.replace(/,$/, '')}. A schema that is none would check nothing.`,
  ),
  'unknown-keyword': error<{ keyword: string; where: string; nearest: string }>(
    ({ keyword, where, nearest }) =>
      `JSON Schema has no keyword "${keyword}", so ${where} does not check what "${nearest}" would`,
    ({ nearest }) => `Did you mean "${nearest}"?`,
  ),
  'duplicate-key': error<{ key: string }>(
    ({ key }) => `The key "${key}" appears twice in this map`,
    () => 'Remove one of the two.',
  ),
  'missing-key': error<{ key: string; where: string }>(
    ({ key, where }) => `${capitalize(where)} has no "${key}"`,
    ({ key, where }) => `Add "${key}" to ${where}.`,
  ),
  'bad-id': error<{ id: string }>(
    ({ id }) => `"${id}" is not a valid step id`,
    () => 'Use 1 to 128 letters, digits, "_", "-" or ".".',
  ),
  'duplicate-id': error<{ id: string; line: number }>(
    ({ id, line }) => `Two steps have the id "${id}"; the first is on line ${line}`,
    () => 'Give each step a unique id. A step of a flow inside another step is called OUTER.INNER.',
  ),
  'bad-component': error<{ component: string; meant?: string | undefined }>(
    ({ component }) => `"${component}" is not a component path`,
    ({ meant }) => `A component is written as /plugin/name, with a slash at its start: ${meant ?? '/builtin/openai'}.`,
  ),
  'unknown-component': error<{ component: string; nearest?: string | undefined; folders: readonly string[] }>(
    ({ component }) => `There is no component "${component}"`,
    ({ component, nearest, folders }) =>
      nearest
        ? `Did you mean "${nearest}"? Otherwise, implement it in ${folders[0] ?? 'lambdas'}${component}.ts, or mock it.`
        : `Implement it in ${folders[0] ?? 'lambdas'}${component}.ts, or mock it. To see all components, run \`stepflow list-components\`.`,
  ),
  'component-not-bundled': error<{ component: string; problem: string; remedy: string }>(
    ({ component, problem }) => `The component "${component}" cannot be bundled: ${problem}`,
    ({ remedy }) => remedy,
  ),
  'component-not-loaded': error<{ component: string; problem: string; remedy: string }>(
    ({ component, problem }) => `The component "${component}" cannot be loaded: ${problem}`,
    ({ remedy }) => remedy,
  ),
  'unknown-step': error<{
    step: string;
    nearest?: string | undefined;
    inFlow?: boolean;
    /** What is written where the name is the id of a step with a path behind it. */
    withPath?: string | undefined;
  }>(
    ({ step }) => `There is no step "${step}"`,
    ({ nearest, inFlow, withPath }) => {
      if (withPath !== undefined) return `Write ${withPath}.`;
      if (inFlow)
        return 'This belongs to a flow inside the flow. Put that flow under $literal, so that nothing in it is evaluated before it runs.';
      return nearest ? `Did you mean "${nearest}"?` : 'Use the id of a step in this flow.';
    },
  ),
  'outer-step': error<{ step: string; isAfter?: boolean }>(
    ({ step }) => `"${step}" is a step of the flow around this one; an inner flow sees none of its steps`,
    ({ step, isAfter }) =>
      isAfter
        ? `An inner flow starts when the step that runs it starts: write after: [${step}] in that one.`
        : `An inner flow sees its input and its variables: give the result as variables: { NAME: { $step: ${step} } } of the step that runs the flow, and read it here as { $variable: NAME }.`,
  ),
  cycle: error<{ path: readonly string[]; after?: readonly string[] | undefined }>(
    ({ path }) =>
      path.length === 2
        ? `The step "${path[0]}" waits for itself`
        : `These steps wait for each other in a cycle: ${path.join(' → ')}`,
    ({ path, after = [] }) =>
      after.length === 0
        ? path.length === 2
          ? 'A step cannot read its own result. To do something again with the last result, use /builtin/iterate.'
          : 'A step runs after all steps that it reads. Remove one of these references to break the cycle.'
        : path.length === 2
          ? `A step cannot come after itself: remove "${path[0]}" from its "after".`
          : `A step runs after all steps that it reads, and after those in its "after". By "after" alone ${after.join(', and ')}: remove one of these, or a reference, to break the cycle.`,
  ),
  'bad-path': error<{ path: string; problem: string }>(
    ({ path, problem }) => `"${path}" is not a valid path: ${problem}`,
    ({ path }) =>
      /\bresults\[\s*\*\s*\]\.result$/.test(path)
        ? `A map gives the results of all items as a list of its own: write "${path.replace(/results\[\s*\*\s*\]\.result$/, 'values')}".`
        : 'Write a path such as id, profile.name, items[0], [0].id or a["b.c"], optionally after "$.". Wildcards and negative indices are not supported.',
  ),
  'bad-reference': error<{ problem: string; form: string }>(
    ({ problem }) => problem,
    ({ form }) => `Write ${form}.`,
  ),
  'missing-space': warning<{ key: string; name: string; value: string }>(
    ({ key }) => `"${key}" is a key without a value`,
    ({ name, value }) => `A space is missing after the colon. Write "${name}: ${value}".`,
  ),
  'two-expressions': error<{ first: string; second: string }>(
    ({ first, second }) => `This map is already the expression "${first}", so it cannot have "${second}" too`,
    ({ first, second }) =>
      `Remove one of the two, or put one inside the other: under "${first}", or in a map under another key. Plain data with a key "${second}" goes under $literal.`,
  ),
  'foreign-reference': warning<{ readonly instead: string } | { readonly isKey: true }>(
    (params) =>
      `This ${'isKey' in params ? 'key' : 'text'} looks like a reference of another language; here it is plain text`,
    (params) =>
      'isKey' in params
        ? 'No key is evaluated: let a component make a map whose keys are only known when it runs. If the key is meant as it is, put the map under $literal.'
        : `${params.instead} If the text is meant as it is, write { $literal: "…" }.`,
  ),
  'unknown-dollar-key': warning<{
    key: string;
    nearest?: string | undefined;
    instead?: string | undefined;
    isCondition?: boolean;
  }>(
    ({ key, isCondition = false }) =>
      isCondition
        ? `"${key}" is not an expression, so this condition is a map, which is always true`
        : `"${key}" is not an expression, so this map is treated as plain data`,
    ({ nearest, instead, isCondition = false }) => {
      const meant = instead ?? (nearest && `Did you mean "${nearest}"?`);
      const asData = isCondition ? '' : 'If plain data is intended, put it under $literal.';
      return [meant, asData].filter((text) => text).join(' ');
    },
  ),
  elision: warning<object>(
    () => '"..." looks like a placeholder for a missing value',
    () => 'Replace it with the actual value. If three dots are intended, write { $literal: "..." }.',
  ),
  'never-runs': warning<{ step: string }>(
    ({ step }) => `Nothing needs the result of the step "${step}", so it never runs`,
    () =>
      'Read its result in "output" or in a step that runs, set mustExecute: true on it, or set evaluation: eager on the flow.',
  ),
  'unused-step': warning<{ step: string }>(
    ({ step }) => `The step "${step}" runs, but nothing reads its result`,
    () => 'Read its result or remove the step. If it runs for its side effect, set mustExecute: true.',
  ),
  'unknown-path': error<PathFault>(noSuchPath, pathHelp),
  'doubtful-path': warning<PathFault>(noSuchPath, pathHelp),
  'input-type': error<{ step: string; by: string; where: string; problem: string; isBuiltin?: boolean }>(
    ({ step, by, where, problem }) => `The input of "${step}" does not match ${by}: ${where} ${problem}`,
    ({ isBuiltin, problem, where, by }) => {
      if (!isBuiltin) return 'Change this value, or relax the schema if it is too strict.';
      return problem === 'is missing' ? `Add ${where} to the input.` : `Change this value to what ${by} takes.`;
    },
  ),
  'misnamed-field': error<{ step: string; component: string; found: string; required: string }>(
    ({ step, component, found, required }) =>
      `${component} takes "${required}", which the input of "${step}" has not; it has "${found}"`,
    ({ found, required }) =>
      `Rename "${found}" to "${required}"${required.endsWith('_ms') && !/ms$|milli/i.test(found) ? ', which is in milliseconds: a second is 1000' : ''}.`,
  ),
  'default-type': error<{ step: string; problem: string; isAbsent: boolean }>(
    ({ step, problem }) => `Where "${step}" fails, its default cannot be used: ${lowercaseFirst(problem)}`,
    ({ step, isAbsent }) =>
      `Give the default the form that the readers of the step need, as the result has it${
        isAbsent ? `; or say there what is taken instead: { $coalesce: [{ $step: ${step}, path: PATH }, value] }` : ''
      }.`,
  ),
  'no-inner-flow': error<{ step: string; runner: string; flow: string; id: string; found?: string | undefined }>(
    ({ step, runner, flow, found }) =>
      found === undefined
        ? `The step "${step}" has no flow to run: ${runner} takes it as "${flow}"`
        : `The step "${step}" has no flow to run: ${runner} takes it as "${flow}", not as "${found}"`,
    ({ flow, id, found }) =>
      found === undefined
        ? `Write the flow under "${flow}" of the input: ${flow}: { steps: [ … ], output: … }; or give "${id}", the id of a blob with the flow.`
        : `Rename "${found}" to "${found.endsWith('_id') ? id : flow}".`,
  ),
  'endless-iterate': error<{ step: string }>(
    ({ step }) => `The flow that "${step}" iterates gives neither "result" nor "next"`,
    () => 'Its output is { result: … } where the loop ends, and { next: … }, the next input, where it goes on.',
  ),
  'unlisted-field': warning<{
    by: string;
    field: string;
    known: readonly string[];
    nearest?: string | undefined;
  }>(
    ({ by, field }) => `The field "${field}" is not listed in ${by}`,
    ({ known, nearest }) =>
      nearest ? `Did you mean "${nearest}"?` : `Listed fields: ${known.join(', ')}. Others are most likely ignored.`,
  ),
  'output-type': warning<{ where: string; problem: string }>(
    ({ where, problem }) => `The output does not match the flow's outputSchema: ${where} ${problem}`,
    () => 'Change this value, or the outputSchema.',
  ),
  'unknown-error-code': error<{ found: string; known: readonly string[]; nearest?: string | undefined }>(
    ({ found }) => `${capitalize(found)} is no error code`,
    ({ known, nearest }) => (nearest ? `Did you mean ${nearest}?` : `Codes: ${known.join(', ')}.`),
  ),
  'inner-timeout': error<object>(
    () => 'A flow inside a step has no timeout of its own',
    () => 'Write timeout: SECONDS at the step that runs the flow.',
  ),
  'express-step-timeout': error<{ step: string; key: string }>(
    ({ step, key }) =>
      `"${step}" runs a flow, and its "${key}" would need an execution of its own, which an Express execution cannot start`,
    () => 'Give the steps of its flow timeouts, or remove metadata.aws.type: EXPRESS.',
  ),
  'cannot-wait': error<{ step: string; component: string; place: 'express' | 'function' }>(
    ({ step, component, place }) =>
      `"${step}" waits for an answer with ${component}, and ${place === 'express' ? 'an Express execution cannot wait for one: it ends after 5 minutes' : 'a function runs this flow, which ends before there is one'}`,
    ({ place }) =>
      place === 'express'
        ? 'Remove metadata.aws.type: EXPRESS, or wait in another flow.'
        : 'Write the flow out in the step that runs it, so that it becomes part of the state machine, or wait in the flow around it.',
  ),
  'too-many-retries': error<{ step: string; retries: number; most: number }>(
    ({ step, retries, most }) =>
      `"${step}" may be tried again ${retries.toLocaleString('en')} times; the history of one execution has room for ${most.toLocaleString('en')}`,
    ({ most }) => `Write maxRetries: ${most} or less, and a longer delay.`,
  ),
  'undefined-variable': error<{ name: string; nearest?: string | undefined; inner?: boolean }>(
    ({ name }) => `The variable "${name}" is not declared and has no default`,
    ({ name, nearest, inner = false }) => {
      if (nearest) return `Did you mean "${nearest}"?`;
      if (inner)
        return `Give it a value as variables: { ${name}: … } of the step that runs this flow, or in variables of the flow, or add a default here.`;
      return `Declare "${name}" in the properties of variablesSchema, give it a value in variables, or add a default here.`;
    },
  ),
  'missing-variable': error<{ name: string; inner?: boolean; required?: boolean }>(
    ({ name, required = false }) =>
      required
        ? `The variable "${name}" has no value, and variablesSchema requires one`
        : `The variable "${name}" has no value`,
    ({ name, inner = false, required = false }) => {
      const where = inner
        ? `as variables: { ${name}: … } of the step that runs this flow`
        : `where the flow runs (--var ${name}=JSON, or the context stepflow:variables of a deployment)`;
      const orHere = required ? '' : ' or here';
      return `Give it one ${where}, under "variables" of the flow, or as a default in variablesSchema${orHere}.`;
    },
  ),
  'outer-variable': error<{ name: string }>(
    ({ name }) => `"${name}" is a variable of the flow around this one; an inner flow sees none of its variables`,
    ({ name }) =>
      `Give its value as variables: { ${name}: { $variable: ${name} } } of the step that runs this flow, or declare "${name}" here with a value of its own.`,
  ),
  'variable-value': warning<{ name: string; found: 'an expression' | 'a schema'; isInner: boolean }>(
    ({ name, found }) => `The value of the variable "${name}" looks like ${found}, but variables are plain values`,
    ({ name, found, isInner }) => {
      if (found === 'a schema')
        return `Write the schema as variablesSchema: { properties: { ${name}: … } }, where "default" is the value, or write the value itself here.`;
      return isInner
        ? `Nothing is evaluated here. Give the value in the input of the step that runs this flow, as variables: { ${name}: … }: an expression there is of the flow around.`
        : `Nothing is evaluated here. Write the expression where the value is read; a variable has the same value in a whole run, and is given with --var ${name}=JSON or at deployment.`;
    },
  ),
  'undeclared-variable': warning<{ name: string; nearest?: string | undefined; inner?: boolean }>(
    ({ name, inner = false }) =>
      `The variable "${name}" is not declared, so its default is used${inner ? '' : ' unless a run sets it'}`,
    ({ name, nearest }) =>
      nearest ? `Did you mean "${nearest}"?` : `Declare "${name}" in the properties of variablesSchema.`,
  ),
  'operand-type': error<{ work: string; found: string; remedy: string }>(
    ({ work, found }) => `${work}, and finds ${found}`,
    ({ remedy }) => remedy,
  ),
  'constant-comparison': warning<{ of: string; result: boolean; why: string; remedy?: string | undefined }>(
    ({ of, result, why }) => `This ${of} is always ${result}: ${why}`,
    ({ result, remedy }) => remedy ?? `Compare other values, or write ${result} in its place.`,
  ),
  'text-condition': error<{ of: ConstantCondition['of']; condition: string }>(
    ({ of }) => `${conditionOf(of)} is a text, which is true whatever it says`,
    ({ of, condition }) => `Write ${of === 'skipIf' ? 'skipIf: ' : ''}${condition}.`,
  ),
  'list-condition': warning<{ of: ConstantCondition['of'] }>(
    ({ of }) => `${conditionOf(of)} is a list, which is true whatever is in it`,
    ({ of }) =>
      `Write the value itself: ${of === 'skipIf' ? 'skipIf: value' : of === '$not' ? '{ $not: value }' : 'without the brackets'}. Whether one of several is true is { $or: [first, second] }, whether all are, { $and: [first, second] }.`,
  ),
  'never-true': warning<ConstantCondition>(
    ({ of, found }) => `${conditionOf(of)} is never true: its value is ${found}`,
    ({ of }) => NEVER_TRUE[of],
  ),
  'always-true': warning<ConstantCondition>(
    ({ of, found }) => `${conditionOf(of)} is always true: its value is ${found}`,
    ({ of }) => ALWAYS_TRUE[of],
  ),
  'empty-file': error<object>(
    () => 'This file is empty',
    () => 'A flow is a map with "steps", for example: steps: [{ id: hello, component: /builtin/noop, input: Hello }].',
  ),
  'empty-flow': warning<object>(
    () => 'This flow has no steps and no output',
    () => 'Add at least one step under "steps", or an "output".',
  ),
  'undecidable-demand': error<{ path: readonly string[] }>(
    ({ path }) => `Whether "${path[0]}" has to run depends on its own result: ${path.join(' → ')}`,
    () => 'Set mustExecute: true on one of these steps, or evaluation: eager on the flow.',
  ),
  'unchecked-keyword': warning<{ keywords: readonly string[]; known: readonly string[] }>(
    ({ keywords }) => `The state machine itself does not check ${keywords.join(', ')} of this schema`,
    ({ known }) =>
      `An execution that is started directly on AWS is only checked for: ${known.join(', ')}. \`stepflow run\` and the HTTP API check all keywords.`,
  ),
  'unknown-matcher': error<{
    key: string;
    known: readonly string[];
    nearest?: string | undefined;
    instead?: string | undefined;
  }>(
    ({ key }) => `There is no matcher "${key}"`,
    ({ known, nearest, instead }) =>
      `${instead ?? (nearest ? `Did you mean "${nearest}"?` : `Matchers: ${known.join(', ')}.`)} If plain data is intended, put it under $literal.`,
  ),
  'plain-matcher': warning<{ key: string }>(
    ({ key }) => `"${key}" is mixed with keys that are not matchers, so this map is compared as plain data`,
    () => 'For a matcher, all keys of the map must be matchers. If plain data is intended, put it under $literal.',
  ),
  'bad-regex': error<{ pattern: string; problem: string }>(
    ({ pattern, problem }) => `"${pattern}" is not a valid regular expression: ${problem}`,
    () => "Use the syntax of JavaScript's RegExp, in single quotes so that YAML keeps the backslashes.",
  ),
  'unknown-mock-target': warning<{ target: string; nearest?: string | undefined }>(
    ({ target }) => `"${target}" is neither the id nor the component of a step that runs, so this mock is never used`,
    ({ nearest }) =>
      nearest
        ? `Did you mean "${nearest}"?`
        : 'Use the id of a step, the component path of one, or, for a step of an inner flow, both ids (each.load).',
  ),
  'mock-without-effect': warning<{ step: string; component: string }>(
    ({ step, component }) =>
      `The state machine runs ${component} itself, without a call, so the mock of "${step}" is never used`,
    () => 'Remove this mock.',
  ),
  'unsupported-plugin': error<{ component: string; plugin: string; type: string }>(
    ({ component, plugin, type }) =>
      `"${component}" belongs to the plugin "${plugin}", and plugins of the type "${type}" are not supported`,
    ({ component }) => `Implement it in lambdas${component}.ts, or mock it under "mocks" of the test case.`,
  ),
  'unknown-plugin': error<{ plugin: string; known: readonly string[]; nearest?: string | undefined }>(
    ({ plugin }) => `There is no plugin "${plugin}"`,
    ({ known, nearest }) => (nearest ? `Did you mean "${nearest}"?` : `Known plugins: ${known.join(', ') || 'none'}.`),
  ),
  'unreadable-config': error<{ file: string; problem: string }>(
    ({ file, problem }) => `The configuration ${file} cannot be read: ${problem}`,
    () => 'Check the path and the file: configFile is relative to the folder of the flow.',
  ),
  'secret-condition': error<{ name: string }>(
    ({ name }) => `The secret "${name}" is used in a condition, but its value is only known inside functions`,
    () =>
      'Pass the secret to a component, and use the result of that component in the condition. $ne, $not, $and and $or are conditions, too; $eq and the other operators work with a secret in the input of a component.',
  ),
  'secret-operand': error<{ name: string }>(
    ({ name }) =>
      `An operator or a $coalesce is applied to the secret "${name}" where no function does it, and its value is only known inside functions`,
    () =>
      'Apply it in the input of the step whose component needs the value (a $coalesce there reads no step from the secret on), or pass the secret to a component that does it.',
  ),
  'secret-to-unknown-flow': error<{ name: string; step: string }>(
    ({ name, step }) =>
      `The secret "${name}" is given to a variable of a flow that only a run knows, and whoever supplies that flow to the step "${step}" could find out its value`,
    () =>
      'Write the flow out in the input of the step, or let a component that the flow calls read the secret by itself: from its environment, or from Secrets Manager.',
  ),
  'nested-secret': error<{ where: string }>(
    ({ where }) =>
      `"is_secret" is at ${where} of variablesSchema, where it would hide nothing: only a whole variable can be secret`,
    () =>
      'Write is_secret: true into the schema of the variable itself, directly under properties of variablesSchema, or make this part a variable of its own.',
  ),
  'variable-mismatch': error<{ where: string; problem: string }>(
    ({ where, problem }) => `The value of a variable does not match variablesSchema: "${where}" ${problem}`,
    () => 'Change the value (in the flow, with --var, or at deployment), or relax the schema if it is too strict.',
  ),
  'unknown-variable': warning<{ name: string; known: readonly string[]; nearest?: string | undefined }>(
    ({ name }) => `The flow has no variable "${name}", so its value has no effect`,
    ({ known, nearest }) =>
      nearest ? `Did you mean "${nearest}"?` : `Variables of this flow: ${known.join(', ') || 'none'}.`,
  ),
  'bad-schedule': error<{ found: string; problem: string; form: string }>(
    ({ found, problem }) => `"${found}" is not a schedule: ${problem}`,
    ({ form }) => `Write ${form}.`,
  ),
  'unknown-timezone': error<{ name: string; nearest?: string | undefined }>(
    ({ name }) => `There is no time zone "${name}"`,
    ({ nearest }) => (nearest ? `Did you mean "${nearest}"?` : 'Write a name such as Europe/Berlin, or UTC.'),
  ),
  'bad-trigger': error<{ problem: string; remedy: string }>(
    ({ problem }) => problem,
    ({ remedy }) => remedy,
  ),
  'bad-event-pattern': error<{ problem: string; form: string }>(
    ({ problem }) => `This is not an event pattern: ${problem}`,
    ({ form }) => `Write ${form}.`,
  ),
  'trigger-reads': error<{ what: 'step' | 'variable'; name: string }>(
    ({ what, name }) => `The input of a trigger reads the ${what} "${name}", but only the event is known there`,
    ({ what, name }) =>
      what === 'step'
        ? 'Read the event: { $input: PATH }. No step has run before the flow is started.'
        : `Read the event: { $input: PATH }; and read { $variable: ${name} } in the steps of the flow, which know it.`,
  ),
  'trigger-input': error<{ trigger: string; where: string; problem: string }>(
    ({ trigger, where, problem }) =>
      `The trigger "${trigger}" gives an input that does not match the flow's inputSchema: ${where} ${problem}`,
    () => 'Write the input that the flow takes as "input" of the trigger, or relax the inputSchema.',
  ),
  'inner-trigger': error<{ key: string; called: string }>(
    ({ key, called }) => `"${key}" is in metadata.aws of ${called}, which has no executions of its own`,
    ({ key }) => `Write metadata: { aws: { ${key}: … } } at the outermost flow.`,
  ),
  'express-completion': error<object>(
    () => 'Step Functions sends no events about executions of Express state machines, so nobody would be told',
    () =>
      'Remove this, and let a last step tell it; or remove metadata.aws.type: EXPRESS. Events of Standard executions are sent.',
  ),
  'unknown-profile-step': warning<{ step: string; nearest?: string | undefined }>(
    ({ step }) => `The profile has a duration for the step "${step}", but no step with that id runs in the flow`,
    ({ nearest }) =>
      nearest
        ? `Did you mean "${nearest}"?`
        : 'Measure again with `stepflow profile FLOW --local`, or remove the entry.',
  ),
  'express-too-large': error<{ bytes: number; most: number }>(
    ({ bytes, most }) =>
      `The definition has ${bytes.toLocaleString('en')} bytes; an Express state machine may have ${most.toLocaleString('en')}`,
    () =>
      'Remove metadata.aws.type: EXPRESS. A Standard state machine can be split into nested ones, an Express one cannot.',
  ),
  'express-too-slow': error<{ step: string; seconds: number; most: number }>(
    ({ step, seconds, most }) =>
      `"${step}" ends ${seconds.toLocaleString('en')} s after the start; an Express execution is ended after ${most} s`,
    () => 'Wait for less, or remove metadata.aws.type: EXPRESS. A Standard execution may take a year.',
  ),
  'express-timeout': warning<{ step: string; component: string; seconds: number; most: number }>(
    ({ step, component, seconds, most }) =>
      `${component}, which "${step}" calls, may take ${seconds} s; an Express execution is ended after ${most} s`,
    ({ component, most }) =>
      `Give ${component} a timeout below ${most} s, or remove metadata.aws.type: EXPRESS of the flow.`,
  ),
  'express-items': warning<{ step: string }>(
    ({ step }) => `The items run as Standard executions, since an Express one cannot wait for the map "${step}"`,
    () => 'Remove metadata.aws.type: EXPRESS of the flow of the items, or give that flow no map.',
  ),
  'definition-too-large': error<{ what: string; bytes: number; most: number }>(
    ({ what, bytes, most }) =>
      `${what} takes ${bytes.toLocaleString('en')} bytes of a definition; a state machine may have ${most.toLocaleString('en')}`,
    () =>
      'Read fewer results in one place by combining them in intermediate steps, and move long literals into a file. Where many steps have conditions of their own, run them as the items of a map.',
  ),
  'input-mismatch': error<{ where: string; problem: string }>(
    ({ where, problem }) => `The input does not match the flow's inputSchema: ${where} ${problem}`,
    () => 'Change the input, or relax the inputSchema if it is too strict.',
  ),
  'payload-limit': error<{ what: string; values: number; over: number }>(
    ({ what, values, over }) =>
      `Step Functions allows ${QUOTAS.payload.toLocaleString('en')} bytes in one payload, and ${what} needs ${over.toLocaleString('en')} bytes more` +
      (values > 0 ? `, even with each of its ${values} values in the blob store` : ', as it is written'),
    ({ values }) =>
      values > 0
        ? 'Read fewer values in one place: let a step in between join some of them to one list or map, and read that as a whole.'
        : 'Move long values into a file for load_file, or into a blob.',
  ),
} as const;

/** The code of a diagnostic. */
export type Code = keyof typeof MESSAGES;

/** The parameters of a diagnostic's message. */
export type Params<C extends Code> = Parameters<(typeof MESSAGES)[C]['message']>[0];

type Text<P> = (params: P) => string;

const lowercaseFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function error<P>(message: Text<P>, help: Text<P>) {
  return { severity: 'error', message, help } as const;
}

function warning<P>(message: Text<P>, help: Text<P>) {
  return { severity: 'warning', message, help } as const;
}

/** A path that does not exist. `part`: `field "x"` or `item 0`; `of`: the value without it; `found`: its type, in words. */
export interface PathFault {
  readonly of: string;
  readonly part: string;
  readonly found: string;
  readonly known: readonly string[];
  readonly nearest?: string | undefined;
  /** Set where the input of the flow around has the field: the step that runs the inner flow. */
  readonly around?: { readonly runner: string; readonly field: string } | undefined;
}

function noSuchPath({ of, part, found, known }: PathFault): string {
  return known.length > 0 ? `There is no ${part} in ${of}` : `There is no ${part} in ${of}, which is ${found}`;
}

function pathHelp({ known, nearest, around }: PathFault): string {
  if (around)
    return `"${around.field}" is in the input of the flow around this one: give it as variables: { ${around.field}: { $input: ${around.field} } } of the step "${around.runner}", and read it here as { $variable: ${around.field} }.`;
  if (nearest) return `Did you mean "${nearest}"?`;
  return known.length > 0
    ? `Its schema lists ${known.join(', ')}.`
    : 'Read the whole value without a path, or fix its schema.';
}

/** A condition that has the same truth in every run. `of`: what tests it, as it is written; `found`: its value, in words. */
interface ConstantCondition {
  readonly of: '$if' | 'skipIf' | '$and' | '$or' | '$not';
  readonly found: string;
}

const conditionOf = (of: ConstantCondition['of']): string =>
  of === '$if' || of === 'skipIf' ? `This ${of}` : `This operand of ${of}`;

const NEVER_TRUE: { readonly [O in ConstantCondition['of']]: string } = {
  $if: 'Keep only the value of else, or fix the condition.',
  skipIf: 'Remove the skipIf, or fix it.',
  $and: 'The whole $and is then never true. Write false in its place, or fix this operand.',
  $or: 'Leave it out, or fix it.',
  $not: 'The $not is then always true. Write true in its place, or fix its operand.',
};

const FALSE_VALUES = 'Only false, null and a missing value are false';

const ALWAYS_TRUE: { readonly [O in ConstantCondition['of']]: string } = {
  $if: 'For $if, only false, null and a missing value are false. Keep only the value of then, or fix the condition.',
  skipIf: 'For skipIf, only false, null, 0, "" and a missing value are false. Remove the step, or fix the condition.',
  $and: `${FALSE_VALUES}. Leave it out, or compare it: { $eq: [value, …] }.`,
  $or: `${FALSE_VALUES}. The whole $or is then always true: compare it, { $eq: [value, …] }, or write true in its place.`,
  $not: `${FALSE_VALUES}. The $not is then never true: compare it, { $ne: [value, …] }, or write false in its place.`,
};
