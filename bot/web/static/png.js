// A greyscale PNG written by hand: a canvas would add an alpha channel and colour management.

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const DEPTH = 8;
const UP = 2; // each row as its difference from the one above: mostly zeros in a mask

const CRCS = Uint32Array.from({ length: 256 }, (_none, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** A PNG from bands, each a Uint8Array of whole rows with one byte for a pixel. */
export async function greyscale(width, height, bands) {
  const deflate = new CompressionStream("deflate");
  const packed = new Response(deflate.readable).arrayBuffer();
  const writer = deflate.writable.getWriter();
  let above = new Uint8Array(width);
  for (const band of bands) {
    await writer.write(filtered(band, above, width));
    above = band.slice(-width);
  }
  await writer.close();
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, DEPTH);
  return new Blob(
    [
      Uint8Array.from(SIGNATURE),
      chunk("IHDR", new Uint8Array(header.buffer)),
      chunk("IDAT", new Uint8Array(await packed)),
      chunk("IEND", new Uint8Array()),
    ],
    { type: "image/png" },
  );
}

function filtered(band, above, width) {
  const rows = band.length / width;
  const lines = new Uint8Array(rows * (width + 1));
  for (let row = 0; row < rows; row += 1) {
    const line = row * (width + 1);
    lines[line] = UP;
    for (let x = 0; x < width; x += 1) {
      const over = row ? band[(row - 1) * width + x] : above[x];
      lines[line + 1 + x] = band[row * width + x] - over;
    }
  }
  return lines;
}

function chunk(type, data) {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRCS[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
