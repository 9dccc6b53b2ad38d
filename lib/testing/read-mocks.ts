import type { Reporter } from '../flow/diagnostics.ts';
import { Fields } from '../flow/fields.ts';
import { describe, type MapTree, type Tree, toJson } from '../flow/tree.ts';
import type { Behaviour } from '../local/mocks.ts';
import { ERROR_CODES } from '../runtime/errors.ts';
import type { Json } from '../runtime/json.ts';

const KEYS = ['input', 'outcome', 'result', 'error', 'seconds', 'times'];

/** What a case's mock does: one behaviour, or a list of which the first that fits answers. */
export function readBehaviours(tree: Tree, what: string, reporter: Reporter): readonly Behaviour[] {
  if (tree.kind === 'list') return tree.items.flatMap((item) => readBehaviour(item, what, reporter));
  return readBehaviour(tree, what, reporter);
}

/**
 * What a mock component of Stepflow's configuration does: behaviours by the input that each answers, or a list. A map
 * has no order: of two inputs that both fit, the one that says more is the better fit.
 */
export function readBehavioursByInput(tree: Tree, what: string, reporter: Reporter): readonly Behaviour[] {
  if (tree.kind !== 'map') return readBehaviours(tree, what, reporter);
  return [...tree.entries]
    .sort(([one], [other]) => other.length - one.length)
    .flatMap(([key, { value }]) =>
      readBehaviour(value, what, reporter).map((behaviour) => ({ ...behaviour, input: inputOf(key) })),
    );
}

/** A key is the input's JSON; one that is no JSON is a text. */
function inputOf(key: string): Json {
  try {
    return JSON.parse(key);
  } catch {
    return key;
  }
}

/** A list of one, or of none where it is not even a map. */
function readBehaviour(tree: Tree, what: string, reporter: Reporter): readonly Behaviour[] {
  if (tree.kind !== 'map') {
    const wanted = 'a map such as { outcome: success, result: … }';
    reporter.report('wrong-type', { what, found: describe(tree), wanted }, tree.span);
    return [];
  }
  const fields = new Fields(tree, what, KEYS, reporter);
  const parts = {
    // null is an input, too.
    input: treeAt(fields, 'input'),
    outcome: fields.oneOf('outcome', ['success', 'failed', 'skipped']),
    result: treeAt(fields, 'result'),
    error: readError(fields.object('error'), what, reporter),
    seconds: readSeconds(fields, what, reporter),
    times: fields.count('times'),
  };
  return [parts];
}

function treeAt(fields: Fields, key: string): Json | undefined {
  const tree = fields.tree(key);
  return tree && toJson(tree);
}

function readError(map: MapTree | undefined, what: string, reporter: Reporter): Behaviour['error'] {
  if (!map) return undefined;
  const fields = new Fields(map, `the error of ${what}`, ['code', 'message', 'data'], reporter);
  const code = fields.oneOf('code', ERROR_CODES) ?? 'COMPONENT_FAILED';
  return { code, message: fields.requiredString('message') ?? '' };
}

function readSeconds(fields: Fields, what: string, reporter: Reporter): number | undefined {
  const tree = fields.tree('seconds');
  if (!tree) return undefined;
  if (tree.kind === 'scalar' && typeof tree.value === 'number' && tree.value >= 0) return tree.value;
  const wanted = 'a number of at least 0';
  reporter.report('wrong-type', { what: `"seconds" of ${what}`, found: describe(tree), wanted }, tree.span);
  return undefined;
}
