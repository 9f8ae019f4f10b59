import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const BYTES_PER_PIXEL = 3;

/**
 * A screenshot as Chromium takes it (8 bits of red, green and blue, not interlaced), with a palette instead: a page has few
 * colours, and a third of the bytes. Of colours that look alike, edges of letters mostly, the most frequent one stands for all.
 */
export function indexedPng(png: Buffer): Buffer {
  const { header, data } = chunksOf(png);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header.subarray(8).toString('hex') !== '0802000000') throw new Error('not a screenshot of Chromium');
  const pixels = unfiltered(inflateSync(data), width * BYTES_PER_PIXEL, height);
  const count = new Map<number, number>();
  for (let at = 0; at < pixels.length; at += BYTES_PER_PIXEL) {
    const colour = pixels.readUIntBE(at, BYTES_PER_PIXEL);
    count.set(colour, (count.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf(count);
  const index = new Map([...count.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const rows = Buffer.alloc(height * (width + 1));
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const colour = pixels.readUIntBE(pixel * BYTES_PER_PIXEL, BYTES_PER_PIXEL);
    rows[Math.floor(pixel / width) * (width + 1) + (pixel % width) + 1] = index.get(colour) ?? 0;
  }
  const indexed = Buffer.from(header);
  indexed[9] = 3;
  const table = Buffer.concat(palette.map((colour) => rgb(colour)));
  const encoded = deflateSync(rows, { level: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', indexed),
    chunk('PLTE', table),
    chunk('IDAT', encoded),
    chunk('IEND'),
  ]);
}

/** The most frequent colour of each neighbourhood, at most 256. */
function paletteOf(count: ReadonlyMap<number, number>): number[] {
  const neighbourhoods = new Map<number, number>();
  for (const [colour] of [...count].sort(([, one], [, other]) => other - one)) {
    const neighbourhood = colour & 0xf0f0f0;
    if (!neighbourhoods.has(neighbourhood)) neighbourhoods.set(neighbourhood, colour);
  }
  return [...neighbourhoods.values()].slice(0, 256);
}

function chunksOf(png: Buffer): { header: Buffer; data: Buffer } {
  const found = new Map<string, Buffer[]>();
  for (let at = SIGNATURE.length; at < png.length; ) {
    const size = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    found.set(type, [...(found.get(type) ?? []), png.subarray(at + 8, at + 8 + size)]);
    at += size + 12;
  }
  return { header: Buffer.concat(found.get('IHDR') ?? []), data: Buffer.concat(found.get('IDAT') ?? []) };
}

/** Undoes the five filters (PNG specification §9). */
function unfiltered(filtered: Buffer, stride: number, height: number): Buffer {
  const pixels = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = filtered[row * (stride + 1)];
    for (let column = 0; column < stride; column += 1) {
      const at = row * stride + column;
      const left = column < BYTES_PER_PIXEL ? 0 : (pixels[at - BYTES_PER_PIXEL] ?? 0);
      const up = row === 0 ? 0 : (pixels[at - stride] ?? 0);
      const corner = row === 0 || column < BYTES_PER_PIXEL ? 0 : (pixels[at - stride - BYTES_PER_PIXEL] ?? 0);
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      pixels[at] = (filtered[row * (stride + 1) + 1 + column] ?? 0) + predicted;
    }
  }
  return pixels;
}

function paeth(left: number, up: number, corner: number): number {
  const [byLeft, byUp, byCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

function nearest(palette: readonly number[], colour: number): number {
  const distance = (other: number): number =>
    rgb(other).reduce((sum, part, channel) => sum + (part - (rgb(colour)[channel] ?? 0)) ** 2, 0);
  let best = palette.indexOf(colour);
  if (best !== -1) return best;
  best = 0;
  const distances = palette.map(distance);
  distances.forEach((value, at) => {
    if (value < (distances[best] ?? 0)) best = at;
  });
  return best;
}

function rgb(colour: number): Buffer {
  return Buffer.from([colour >> 16, (colour >> 8) & 255, colour & 255]);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}
