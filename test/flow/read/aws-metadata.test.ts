import { describe, expect, it } from 'vitest';
import { readFlow } from '../../../lib/flow/read/read-flow.ts';
import { expectDiagnostics } from '../../diagnostics/expect-diagnostics.ts';

const ofText = (source: string) => readFlow(source, 'flow.yaml').diagnostics;

describe('metadata.aws', () => {
  it('has keys and values of its own, and each other one is told', () => {
    const texts = expectDiagnostics(
      `
metadata:
  aws:
    type: EXPRES
          ~~~~~~ wrong-type
    fues: true
    ~~~~ unknown-key
    fuse: 1
          ~ wrong-type
    schedule: rate(1 day)
    ~~~~~~~~ unknown-key
    region: eu
    ~~~~~~ unknown-key
output: 1`,
      (source) => [...ofText(source)].sort((a, b) => a.line - b.line),
    );
    expect(texts[0]).toContain('is the string "EXPRES", but one of STANDARD, EXPRESS is expected');
    expect(texts[1]).toContain('Unknown key "fues" in metadata.aws | Did you mean "fuse"?');
    expect(texts[3]).toContain('Write what starts the flow as triggers: [{ schedule: rate(1 day) }]');
    expect(texts[4]).toContain('Keys allowed here: type, fuse, maxConcurrency, triggers, onSuccess, onFailure.');
  });

  it('is a map', () => {
    expect(ofText('metadata: { aws: EXPRESS }\noutput: 1')).toMatchObject([{ code: 'wrong-type', column: 18 }]);
  });

  it('of a step has no keys: each says where it belongs', () => {
    const texts = expectDiagnostics(
      `
steps:
  - id: a
    component: /my/echo
    metadata:
      aws: { fuse: true, max_concurrency: 5, typ: EXPRESS, timeout: 5, memorySize: 512, region: eu }
             ~~~~ unknown-key
                         ~~~~~~~~~~~~~~~ unknown-key
                                             ~~~ unknown-key
                                                           ~~~~~~~ unknown-key
                                                                       ~~~~~~~~~~ unknown-key
                                                                                        ~~~~~~ unknown-key
  - id: b
    component: /my/echo
    metadata: { aws: EXPRESS }
                     ~~~~~~~ wrong-type
  - { id: c, component: /my/echo, metadata: { aws: {}, gcp: { fuse: 1 } } }`,
      ofText,
    );
    expect(texts[0]).toContain('Unknown key "fuse" in metadata.aws of the step "a" | It is said of the whole flow');
    expect(texts[1]).toContain('metadata: { aws: { maxConcurrency: … } }');
    expect(texts[2]).toContain('metadata: { aws: { type: … } }');
    expect(texts[3]).toContain('Write "timeout" at the step itself');
    expect(texts[4]).toContain('in the options of component(');
    expect(texts[5]).toContain(
      'A step has no metadata for AWS. That of a flow has the keys type, fuse, maxConcurrency, triggers, onSuccess, onFailure.',
    );
  });

  it.each([
    '{ aws: { type: express, fuse: false } }',
    '{ aws: null }',
    '{ aws: { type: null } }',
    '{ gcp: { type: 1 } }',
    '5',
  ])('may be %s', (metadata) => {
    expect(ofText(`metadata: ${metadata}\noutput: 1`)).toEqual([]);
  });
});
