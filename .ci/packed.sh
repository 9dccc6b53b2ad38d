#!/usr/bin/env bash
# Packs the built package, installs it into an empty folder, and uses it there as a user would.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm pack --silent --ignore-scripts --pack-destination "$folder" >"$folder/packed"
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-fund --no-audit --prefer-offline "./$(cat packed)"

for file in LICENSE CHANGELOG.md README.md; do test -f "node_modules/stepflow-aws/$file"; done

mkdir -p lambdas/my workflows
cat >lambdas/my/count.ts <<'END'
import { component } from 'stepflow-aws/component';
import * as z from 'zod';

export default component(
  { input: z.object({ text: z.string() }), output: z.object({ words: z.number() }) },
  async ({ text }) => ({ words: text.split(' ').length }),
);
END
cat >workflows/count.yaml <<'END'
steps:
  - { id: count, component: /my/count, input: { text: { $input: text } } }
  - { id: same, component: /noop, input: { $step: count } }
output: { $step: same, path: words }
END

npx stepflow --help >help
grep -q list-components help
npx stepflow list-components >components
grep -q /builtin/load_file components
grep -q /my/count components
npx stepflow validate workflows
npx stepflow run workflows/count.yaml --input '{"text": "one two three"}' --json >result
node --input-type=module -e '
  import assert from "node:assert";
  import { readFileSync } from "node:fs";
  import { compile } from "stepflow-aws";
  assert.equal(JSON.parse(readFileSync("result", "utf8")).result, 3);
  assert.ok(compile(readFileSync("workflows/count.yaml", "utf8")).stateMachine);
'
echo 'The packed package works in an empty folder.'
