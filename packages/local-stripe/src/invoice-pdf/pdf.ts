/** One piece of text on a page. The origin is the top left corner; an A4 page is 595 × 842 points. */
export interface PdfText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size?: number;
  readonly bold?: boolean;
  /** Whether `x` is where the text ends. */
  readonly alignRight?: boolean;
}

const pageHeight = 842;

/** Writes a PDF (ISO 32000-1) with text in Helvetica, which every reader has. */
export function writePdf(title: string, pages: readonly (readonly PdfText[])[]): Buffer {
  const firstPage = 6;
  const pageIds = pages.map((_page, index) => firstPage + 2 * index);
  const font = (name: string): string =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] /Count ${pages.length} >>`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    `<< /Title ${literal(title)} /Producer (billing-portal-local-stripe) >>`,
    ...pages.flatMap((page, index) => describePage(page, firstPage + 2 * index)),
  ];
  return assemble(objects);
}

function describePage(page: readonly PdfText[], id: number): string[] {
  const content = page.map(drawText).join('\n');
  const fonts = '<< /Font << /F1 3 0 R /F2 4 0 R >> >>';
  return [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 ${pageHeight}] /Resources ${fonts} /Contents ${id + 1} 0 R >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
}

function drawText({ x, y, text, size = 10, bold = false, alignRight = false }: PdfText): string {
  const left = alignRight ? x - (widthOf(text) * size) / 1000 : x;
  return `BT /F${bold ? 2 : 1} ${size} Tf ${left.toFixed(1)} ${pageHeight - y} Td ${literal(text)} Tj ET`;
}

/** Joins the objects, with a table of where each starts. Every character is one byte. */
function assemble(objects: readonly string[]): Buffer {
  let file = '%PDF-1.4\n%\xE2\xE3\xCF\xD3\n';
  const offsets: number[] = [];
  objects.forEach((object, index) => {
    offsets.push(file.length);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(`${file}xref\n0 ${size}\n0000000000 65535 f \n${entries}${trailer}`, 'latin1');
}

/** What WinAnsiEncoding has at other codes than Unicode. */
const winAnsi: Readonly<Record<string, number>> = {
  '€': 0x80,
  '„': 0x84,
  '…': 0x85,
  Š: 0x8a,
  Ž: 0x8e,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '•': 0x95,
  '–': 0x96,
  '—': 0x97,
  '™': 0x99,
  š: 0x9a,
  ž: 0x9e,
};

/** A string in a PDF. Letters that the font lacks lose their accents, or become question marks. */
function literal(text: string): string {
  const bytes = Array.from(text.normalize('NFC'), (character) => {
    const code = winAnsi[character] ?? character.codePointAt(0) ?? 0;
    if (code in winAnsiControls) return ' ';
    if (code < 0x100) return String.fromCharCode(code);
    const [base = '?'] = character.normalize('NFD');
    return base < '\x7f' ? base : '?';
  });
  return `(${bytes.join('').replace(/[\\()]/g, '\\$&')})`;
}

/** Control characters cannot be shown. */
const winAnsiControls: Readonly<Record<number, true>> = Object.fromEntries(
  Array.from({ length: 32 }, (_unused, code) => [code, true] as const),
);

/** The widths of Helvetica's digits and capitals, in thousandths of the size: what right-aligned amounts consist of. */
const widths: Readonly<Record<string, number>> = {
  ' ': 278,
  '\u00a0': 278,
  ',': 278,
  '.': 278,
  '-': 333,
  I: 278,
  J: 500,
  L: 556,
  F: 611,
  T: 611,
  Z: 611,
  A: 667,
  B: 667,
  E: 667,
  K: 667,
  P: 667,
  S: 667,
  V: 667,
  X: 667,
  Y: 667,
  C: 722,
  D: 722,
  H: 722,
  N: 722,
  R: 722,
  U: 722,
  G: 778,
  O: 778,
  Q: 778,
  M: 833,
  W: 944,
};

function widthOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (widths[character] ?? 556), 0);
}
