import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes the README's picture of `npm start`: the real output of a run in its real colours, without the result. Needs
 * Chromium: `CHROMIUM=/usr/bin/chromium npx tsx docs/picture.ts`.
 */

const PICTURE = 'docs/images/run.png';
// At this size a character of the font is 9 pixels wide: a whole number, so that there are no gaps between blocks.
const FONT_SIZE = 14.95;
const LINE_HEIGHT = 21;
const PADDING = 22;
const WIDTH = 960;

/** The SGR codes that the command line uses, as styles; see ECMA-48. */
const STYLES: { readonly [code: string]: string } = {
  '1': 'font-weight: bold; color: #f0f3f6',
  '2': 'color: #8b949e',
  '31': 'color: #ff7b72',
  '32': 'color: #56d364',
  '33': 'color: #e3b341',
  '36': 'color: #79c0ff',
};

const output = execFileSync('node', ['bin/stepflow.js', 'run', 'workflows/user-insights.yaml'], {
  env: { ...process.env, FORCE_COLOR: '1' },
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
});
const shown = output.slice(0, output.indexOf('\n{')).split('\n');
const lines = ['\u001b[2m$\u001b[22m npm start', ...shown];

const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const SGR = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, 'g');

/** Text with SGR codes as HTML: each code that starts a style opens a span, each other one closes it. */
const toHtml = (text: string): string =>
  plain(text).replaceAll(SGR, (_, code: string) =>
    STYLES[code] === undefined ? '</span>' : `<span style="${STYLES[code]}">`,
  );

const page = `<!doctype html><meta charset="utf-8"><style>
  html { background: #0d1117; }
  body { margin: 0; color: #d1d7e0; padding: ${PADDING}px; }
  pre { margin: 0; font: ${FONT_SIZE}px/${LINE_HEIGHT}px "DejaVu Sans Mono", Menlo, Consolas, monospace; }
</style><pre>${lines.map(toHtml).join('\n')}</pre>`;

const folder = mkdtempSync(join(tmpdir(), 'stepflow-picture-'));
writeFileSync(join(folder, 'run.html'), page);
mkdirSync('docs/images', { recursive: true });
const height = lines.length * LINE_HEIGHT + 2 * PADDING;
execFileSync(
  process.env.CHROMIUM ?? 'chromium',
  [
    '--headless',
    '--no-sandbox',
    '--hide-scrollbars',
    '--force-device-scale-factor=2',
    `--user-data-dir=${join(folder, 'profile')}`,
    `--window-size=${WIDTH},${height}`,
    `--screenshot=${PICTURE}`,
    `file://${join(folder, 'run.html')}`,
  ],
  { stdio: 'ignore' },
);
rmSync(folder, { recursive: true });
console.log(PICTURE);
