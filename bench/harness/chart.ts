import { formatFigure } from './goals.ts';

export interface Bar {
  readonly title: string;
  readonly value: number;
  /** Drawn in the colour that stands out. */
  readonly ours: boolean;
}

const width = 720;
const left = 230;
const barHeight = 26;
const step = 40;
const top = 56;

/** Horizontal bars as an SVG that is read on a light page and on a dark one. */
export function drawChart(bars: readonly Bar[], title: string): string {
  const highest = Math.max(...bars.map(({ value }) => value));
  const height = top + bars.length * step + 8;
  const drawn = bars.map((bar, place) => drawBar(bar, top + place * step, highest)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
  <style>
    text { font: 14px system-ui, sans-serif; fill: #1f2328; }
    .title { font-size: 16px; font-weight: 600; }
    .bar { fill: #8c959f; }
    .ours { fill: #635bff; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .bar { fill: #6e7681; }
      .ours { fill: #8f88ff; }
    }
  </style>
  <text class="title" x="8" y="28">${escape(title)}</text>
${drawn}</svg>
`;
}

function drawBar({ title, value, ours }: Bar, y: number, highest: number): string {
  const length = Math.max(1, (value / highest) * (width - left - 80));
  const baseline = y + barHeight / 2 + 5;
  return `  <text x="${left - 12}" y="${baseline}" text-anchor="end">${escape(title)}</text>
  <rect class="${ours ? 'ours' : 'bar'}" x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="3"/>
  <text x="${(left + length + 8).toFixed(1)}" y="${baseline}">${formatFigure(value)}</text>
`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
