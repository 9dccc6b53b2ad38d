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
output: 1`,
      (source) => [...ofText(source)].sort((a, b) => a.line - b.line),
    );
    expect(texts[0]).toContain('is the string "EXPRES", but one of STANDARD, EXPRESS is expected');
    expect(texts[1]).toContain('Unknown key "fues" in metadata.aws | Did you mean "fuse"?');
    expect(texts[3]).toContain('Keys allowed here: type, fuse, maxConcurrency.');
  });

  it('is a map', () => {
    expect(ofText('metadata: { aws: EXPRESS }\noutput: 1')).toMatchObject([{ code: 'wrong-type', column: 18 }]);
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
