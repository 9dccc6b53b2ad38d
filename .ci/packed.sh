#!/usr/bin/env bash
# Packs the built package, installs it into an empty folder, and uses it there as a user would: every built-in component,
# the tests of a flow, a CDK app, and every export, from ES modules and from CommonJS. The project is in .ci/packed.
set -euo pipefail
cd "$(dirname "$0")/.."

if grep -rnE "(from|import|require\()[ (]*['\"]\.{1,2}/[^'\"]*\.ts['\"]" dist --include='*.js' --include='*.cjs'; then
  echo 'The built package imports files that it does not have.'
  exit 1
fi

repository=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm pack --silent --ignore-scripts --pack-destination "$folder" >"$folder/packed"
cp -r .ci/packed/. "$folder"
cd "$folder"
tarball=$(cat packed)
bytes=$(wc -c <"$tarball")
echo "The packed package has $bytes bytes."
test "$bytes" -lt 1500000 || { echo 'That is more than 1,500,000.'; exit 1; }

# No "type": a .js or .ts file is CommonJS here, as in the projects that `cdk init` makes.
echo '{ "private": true }' >package.json
npm install --silent --no-fund --no-audit --prefer-offline "./$tarball"
# What a user installs besides is here already, 200 MB of it.
mkdir -p node_modules/@types
for name in aws-cdk-lib constructs typescript @types/node; do
  ln -s "$repository/node_modules/$name" "node_modules/$name"
done

# The slowest part goes on beside the others.
node exports.mjs
(
  "$repository/node_modules/.bin/tsc" --strict --skipLibCheck --target es2022 --types node --module node16 --outDir used \
    use-exports.mts use-exports.cts
  node used/use-exports.mjs
  node used/use-exports.cjs
) >types 2>&1 &
types=$!

for file in LICENSE CHANGELOG.md $(grep -oE '\]\([^):#]+' node_modules/stepflow-aws/README.md | cut -c3-); do
  test -e "node_modules/stepflow-aws/$file" || { echo "README.md links to $file, which is not packed."; exit 1; }
done
! node -e 'import("stepflow-aws/components")' 2>wrong
grep -q stepflow-aws/component\" wrong

npx stepflow --help >help
grep -q list-components help
npx stepflow list-components --json >components
npx stepflow validate workflows
npx stepflow run workflows/count.yaml --input '{"text": "one two three"}' --json >result
node every-component.mjs
npx stepflow test workflows
node --input-type=module -e '
  import assert from "node:assert";
  import { readFileSync } from "node:fs";
  import { compile } from "stepflow-aws";
  const read = (file) => readFileSync(file, "utf8");
  assert.equal(JSON.parse(read("result")).result, 3);
  assert.ok(compile(read("workflows/count.yaml")).stateMachine);
  const paths = JSON.parse(read("components")).map(({ path }) => path);
  assert.ok(paths.includes("/my/count"));
  const called = read("workflows/every-component.yaml");
  assert.deepEqual(paths.filter((path) => path.startsWith("/builtin/") && !called.includes(path)), []);
'
"$repository/node_modules/.bin/cdk" synth --quiet --app 'node app.mjs' --output cdk.out
grep -q AWS::StepFunctions::StateMachine cdk.out/Own.template.json

wait "$types" || { cat types; exit 1; }
echo 'The packed package works in an empty folder.'
