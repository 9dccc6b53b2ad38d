import { readFileSync } from 'node:fs';
import { cruise, type ICruiseResult } from 'dependency-cruiser';

interface Room {
  readonly room: string;
  readonly holds: string;
}

// Pixels.
const ROW = 26;
const HEAD = 96;
const NAMES = 12;
const MATRIX = 112;
const GAP = 20;
const CHARACTER = 7.2;

/**
 * The rooms of lib/ as an SVG, the lowest at the bottom: what each holds, and a dot for each room that it imports from.
 * A dot right of the diagonal is an import upwards, which `npm run check` refuses.
 */
export async function roomsPicture(): Promise<string> {
  const rooms: readonly Room[] = JSON.parse(readFileSync('docs/rooms.json', 'utf8'));
  const imports = importsBetween(await modulesOfLib());
  const side = rooms.length * ROW;
  const width = MATRIX + side + GAP + CHARACTER * Math.max(...rooms.map(({ holds }) => holds.length));
  const height = HEAD + side + 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>The rooms of lib/ and what each imports from</title>',
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...[...rooms.keys()].reverse().map((room) => row(rooms, room, { imports, width })),
    ...rooms.map(columnHead),
    '</svg>',
  ].join('\n');
}

/** The row of the room at an index: its name, a cell for each room, what it holds. */
function row(
  rooms: readonly Room[],
  index: number,
  { imports, width }: { readonly imports: ReadonlySet<string>; readonly width: number },
): string {
  const fromTop = rooms.length - 1 - index;
  const y = HEAD + fromTop * ROW;
  const { room = '', holds = '' } = rooms[index] ?? {};
  const cells = rooms.map((other, column) => {
    if (column === index) return ownCell(column, y);
    return imports.has(`${room} ${other.room}`) ? dot(column, y, column > index ? 'up' : 'down') : '';
  });
  const stripe = fromTop % 2 === 0 ? `<rect class="stripe" x="0" y="${y}" width="${width}" height="${ROW}"/>` : '';
  const name = `<text class="name" x="${NAMES}" y="${y + 17}">${room}/</text>`;
  const what = `<text x="${MATRIX + rooms.length * ROW + GAP}" y="${y + 17}">${escapeText(holds)}</text>`;
  return [stripe, name, ...cells, what].join('');
}

const centre = (column: number): number => MATRIX + column * ROW + ROW / 2;

const ownCell = (column: number, y: number): string =>
  `<rect class="own" x="${centre(column) - 9}" y="${y + ROW / 2 - 9}" width="18" height="18" rx="3"/>`;

const dot = (column: number, y: number, direction: 'up' | 'down'): string =>
  `<circle class="${direction}" cx="${centre(column)}" cy="${y + ROW / 2}" r="5"/>`;

const columnHead = ({ room }: Room, column: number): string =>
  `<text class="name" transform="translate(${centre(column) + 4} ${HEAD - 8}) rotate(-60)">${room}</text>`;

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
  if (typeof output === 'string') throw new Error(`dependency-cruiser returned a string: ${output.slice(0, 200)}`);
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
