import type { RunEvent } from '../../run/report/events.ts';
import { type Colors, colorsFor, isLive, type Output, type Terminal } from '../terminal.ts';
import { truncate } from './cut.ts';
import { duration } from './duration.ts';
import { eventLine } from './step-line.ts';

/** Shows a run while it goes. */
export interface Progress {
  readonly onEvent: (event: RunEvent) => void;
  /** Leaves only lasting lines behind. Must be called however the run ended. */
  readonly stop: () => void;
}

/** The progress that standard output can show. */
export function progressFor({ stdout, env }: Pick<Terminal, 'stdout' | 'env'>): Progress {
  const show = isLive(stdout, env) ? liveProgress : plainProgress;
  return show(stdout, colorsFor(stdout, env));
}

/** Lasting lines only, one for each step that ended: for pipes, files and CI. */
export function plainProgress(output: Output, colors: Colors): Progress {
  return {
    onEvent: (event) => {
      const line = eventLine(event, colors);
      if (line !== undefined) output.write(`${line}\n`);
    },
    stop: () => {},
  };
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
/** The least time between two drawings: events may follow each other faster than anyone can read. */
const MIN_REDRAW_MS = 25;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** A line for each step, drawn again and again until the run has ended; retries, warnings and the like last above them. */
export function liveProgress(output: Output, colors: Colors, now: () => number = () => performance.now()): Progress {
  const board = new Board(colors, now);
  let drawn = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  const erased = (): string => (drawn === 0 ? '' : `\x1b[${drawn}A\x1b[0J`);
  const draw = (lasting = ''): void => {
    const lines = board.lines(output);
    output.write(`${erased()}${lasting}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
    drawnAt = now();
  };
  const timer = setInterval(draw, FRAME_MS);
  timer.unref();
  output.write(HIDE_CURSOR);
  return {
    onEvent: (event) => {
      board.observe(event);
      const line = isLasting(event) ? eventLine(event, colors) : undefined;
      if (line !== undefined) draw(`${line}\n`);
      else if (now() - drawnAt >= MIN_REDRAW_MS) draw();
    },
    stop: () => {
      clearInterval(timer);
      output.write(`${erased()}${SHOW_CURSOR}`);
      drawn = 0;
    },
  };
}

/** Events that the steps' own lines do not show. */
const isLasting = ({ type }: RunEvent): boolean =>
  type === 'run-started' ||
  type === 'step-waiting' ||
  type === 'step-retried' ||
  type === 'step-recovered' ||
  type === 'log';

interface Row {
  readonly component: string;
  /** When it started, by the board's clock; undefined while it waits. */
  since?: number;
  /** How it ended. */
  ended?: string | undefined;
}

class Board {
  readonly #rows = new Map<string, Row>();
  readonly #colors: Colors;
  readonly #now: () => number;

  constructor(colors: Colors, now: () => number) {
    this.#colors = colors;
    this.#now = now;
  }

  observe(event: RunEvent): void {
    if (event.type === 'run-started') {
      for (const { id, component } of event.steps) this.#rows.set(id, { component });
    } else if ('step' in event) {
      const row = this.#rows.get(event.step);
      const line = eventLine(event, this.#colors);
      if (row && event.type === 'step-started') {
        row.since = this.#now();
        row.ended = undefined;
      } else if (row && line !== undefined && event.type !== 'step-retried' && event.type !== 'step-waiting')
        row.ended = line;
    }
  }

  /** As many lines as fit: what scrolled off the top cannot be drawn again. */
  lines(output: Output): readonly string[] {
    // A terminal that does not know its size says 0.
    const [columns, rows] = [output.columns || 80, output.rows || 24];
    const room = Math.max(2, rows - 4);
    const all = [...this.#rows];
    const isRunning = ([, { since, ended }]: [string, Row]): boolean => since !== undefined && ended === undefined;
    const shown = all.length <= room ? all : all.filter(isRunning).slice(0, room - 1);
    const ended = all.filter(([, row]) => row.ended !== undefined).length;
    const more = shown.length < all.length ? [this.#colors.dim(`  ${ended} of ${all.length} steps have ended`)] : [];
    // A line that wraps would count as two, and the next drawing would erase too little.
    return [...shown.map(([step, row]) => truncate(this.#line(step, row), columns - 1)), ...more];
  }

  #line(step: string, { component, since, ended }: Row): string {
    if (ended !== undefined) return ended;
    const colors = this.#colors;
    if (since === undefined) return `  ${colors.dim('·')} ${step} ${colors.dim(component)}`;
    const frame = FRAMES[Math.floor(this.#now() / FRAME_MS) % FRAMES.length] ?? '';
    return `  ${colors.cyan(frame)} ${step} ${colors.dim(`${component} ${duration(this.#now() - since)}`)}`;
  }
}
