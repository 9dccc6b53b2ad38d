import { describe, expect, it } from 'vitest';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { ON_ERROR_KEYS } from '../../../lib/flow/read/read-step.ts';

const ofOnError = (onError: string) =>
  readFlow(`steps: [{ id: a, component: /x/y, onError: ${onError} }]\n`, 'flow.yaml').diagnostics;

const VALUES: { readonly [key: string]: string } = {
  defaultValue: '1',
  maxRetries: '2',
  delay: '3',
  backoff: '2',
  on: '[TIMEOUT]',
};
const ACTIONS = ['fail', 'useDefault', 'continue', 'retry', 'skip'];

/** What a help shows as an `onError`. */
const exampleIn = (help: string): string | undefined => /onError: (\{.*\})/.exec(help)?.[1]?.replace('…', '1');

describe('what a step does when it fails', () => {
  it('has the keys of its action; each other one is told once, with an example that is right', () => {
    for (const action of ['', ...ACTIONS]) {
      for (const [key, value] of Object.entries(VALUES)) {
        const isOwn = key === 'defaultValue' ? /Default|continue/.test(action) : action === 'retry';
        const found = ofOnError(`{ ${action === '' ? '' : `action: ${action}, `}${key}: ${value} }`);
        expect(found.map(({ code }) => code)).toEqual(isOwn ? [] : ['unknown-key']);
        for (const { help, message } of found) {
          const example = exampleIn(help);
          if (key === 'defaultValue' && action === 'retry') expect(help).toContain('after the last retry it fails');
          else expect(ofOnError(example ?? 'none')).toEqual([]);
          expect(message).toContain(action === '' ? 'without an action' : `with action: ${action}`);
        }
      }
    }
    expect(ON_ERROR_KEYS).toEqual(['action', ...Object.keys(VALUES)]);
  });

  it.each([
    ['retri', 'retry'],
    ['use_default', 'useDefault'],
    ['usedefault', 'useDefault'],
    ['Skip', 'skip'],
    ['contine', 'continue'],
  ])('has the action %s by the name %s', (written, meant) => {
    expect(ofOnError(`{ action: ${written}, maxRetries: 2, defaultValue: 3 }`)).toMatchObject([
      { code: 'wrong-type', help: `Did you mean "${meant}"?` },
    ]);
    // A text alone is none.
    expect(ofOnError(written)).toMatchObject([{ help: expect.stringContaining(`onError: { action: ${meant} }`) }]);
  });

  it.each(['TIMEOUT', 'timeout', '[]', '{ code: TIMEOUT }', '3'])('has a list of codes for "on", not %s', (on) => {
    const found = ofOnError(`{ action: retry, on: ${on} }`);
    expect(found).toMatchObject([{ code: 'wrong-type', help: expect.stringContaining('as in on: [TIMEOUT]') }]);
  });
});
