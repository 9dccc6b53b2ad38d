import { expect, test } from 'vitest';
import { placeholder, placeholdersIn, readPlaceholder } from '../../lib/protocol/placeholders.ts';

test.each([
  ['component', '/my/one'],
  ['component', '/my/one+/my/two'],
  ['machine', 'flow, part from a}b'],
] as const)('a placeholder is read as it was written: %s %s', (kind, name) => {
  expect(readPlaceholder(placeholder(kind, name))).toEqual({ kind, name });
});

test.each([undefined, 1, '', '${component:}', '${other:x}', ' ${machine:x}', 'arn:aws:states:::lambda:invoke'])(
  'what is none is none: %s',
  (text) => {
    expect(readPlaceholder(text)).toBeUndefined();
  },
);

test('a definition has them where ARNs come, however it is laid out', () => {
  const definition = {
    a: {
      Arguments: { FunctionName: placeholder('component', '/x/a'), Payload: { input: placeholder('machine', 'no') } },
    },
    b: { Arguments: { StateMachineArn: placeholder('machine', 'b') } },
  };
  const texts = [placeholder('component', '/x/a'), placeholder('machine', 'b')];
  expect(placeholdersIn(JSON.stringify(definition))).toEqual(texts);
  expect(placeholdersIn(JSON.stringify(definition, null, 2))).toEqual(texts);
});
