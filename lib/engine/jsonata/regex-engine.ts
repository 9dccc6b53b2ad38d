import { BoundedPattern, PatternTimeout } from '../../protocol/bounded-pattern.ts';
import { ExpressionError, NO_CODE, TIMEOUT } from './expression.ts';

/** The regular expressions of JSONata. One that runs away fails as any expression does that takes too long. */
export class RegexEngine extends BoundedPattern {
  override exec(text: string): RegExpExecArray | null {
    try {
      return super.exec(text);
    } catch (thrown) {
      throw thrown instanceof PatternTimeout ? new ExpressionError(NO_CODE, TIMEOUT) : thrown;
    }
  }
}
