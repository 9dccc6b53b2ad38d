import { readFileSync } from 'node:fs';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

interface Room {
  readonly room: string;
  readonly holds: string;
}

const ROW = 26;
const HEAD = 96;
const NAMES = 12;
const MATRIX = 112;
const HOLDS = 20;

/**
 * The rooms of lib/ as an SVG, the ground at the bottom: what each holds, and a dot for each room that it imports from.
 * A dot right of the diagonal would be an import upwards, which `npm run check` refuses.
 */
export async function roomsPicture(): Promise<string> {
  const rooms: readonly Room[] = JSON.parse(readFileSync('docs/rooms.json', 'utf8'));
  const imports = importsBetween(await modulesOfLib());
  const rows = [...rooms].reverse();
  const side = rooms.length * ROW;
  const width = MATRIX + side + HOLDS + 7.2 * Math.max(...rooms.map(({ holds }) => holds.length));
  const height = HEAD + side + 12;
  const lines = rows.map(({ room, holds }, at) => {
    const y = HEAD + at * ROW;
    const index = rooms.length - 1 - at;
    const cells = rooms.map((other, column) => {
      const cell = { x: MATRIX + column * ROW + ROW / 2, y: y + ROW / 2 };
      if (column === index)
        return `<rect class="own" x="${cell.x - 9}" y="${cell.y - 9}" width="18" height="18" rx="3"/>`;
      if (!imports.has(`${room} ${other.room}`)) return '';
      return `<circle class="${column > index ? 'up' : 'down'}" cx="${cell.x}" cy="${cell.y}" r="5"/>`;
    });
    const stripe = at % 2 === 0 ? `<rect class="stripe" x="0" y="${y}" width="${width}" height="${ROW}"/>` : '';
    const text = `<text class="name" x="${NAMES}" y="${y + 17}">${room}/</text>`;
    const what = `<text x="${MATRIX + side + HOLDS}" y="${y + 17}">${escapeText(holds)}</text>`;
    return [stripe, text, ...cells, what].join('');
  });
  const heads = rooms.map(({ room }, column) => {
    const x = MATRIX + column * ROW + ROW / 2 + 4;
    return `<text class="name" transform="translate(${x} ${HEAD - 8}) rotate(-60)">${room}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>The rooms of lib/ and what each imports from</title>',
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...lines,
    ...heads,
    '</svg>',
  ].join('\n');
}

const STYLE = [
  'text{font:13px system-ui,sans-serif;fill:#24292f}',
  '.name{font-weight:600}',
  '.paper{fill:#fff}',
  '.stripe{fill:#f6f8fa}',
  '.own{fill:#d0d7de}',
  '.down{fill:#0969da}',
  '.up{fill:#cf222e}',
].join('');

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

async function modulesOfLib(): Promise<ICruiseResult['modules']> {
  const { output } = await cruise(['lib'], { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: 'specify' });
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered with a text: ${output.slice(0, 200)}`);
  return output.modules;
}

/** `from to` for each pair of rooms of which one imports from the other. */
function importsBetween(modules: ICruiseResult['modules']): ReadonlySet<string> {
  const pairs = modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => [roomOf(source), roomOf(resolved)] as const),
  );
  return new Set(pairs.flatMap(([from, to]) => (from && to && from !== to ? [`${from} ${to}`] : [])));
}

const roomOf = (file: string): string | undefined => /^lib\/([^/]+)\//.exec(file)?.[1];
