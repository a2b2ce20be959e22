// The mask that the strokes make: a sheet to show, and what is sent of it.

import { greyscale } from "./png.js";
import { areasOf, outline } from "./polygon.js";
import { SHAPES, paint } from "./strokes.js";

const SHEET_PIXELS = 2048 * 2048; // larger pictures are shown through a coarser sheet, sent exactly
const BAND_PIXELS = 1 << 20;
const OPAQUE = 128;

/** A canvas with the strokes on it, opaque where something is marked. */
export class Sheet {
  #size;
  #context;
  #shown = [];
  #empty = true;

  constructor(size) {
    this.#size = size;
    const scale = Math.min(1, Math.sqrt(SHEET_PIXELS / (size.width * size.height)));
    this.canvas = document.createElement("canvas");
    this.canvas.width = Math.ceil(size.width * scale);
    this.canvas.height = Math.ceil(size.height * scale);
    this.#context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.#context.scale(this.canvas.width / size.width, this.canvas.height / size.height);
  }

  /** Whether nothing at all is marked. */
  get empty() {
    return this.#empty;
  }

  /** Bring the sheet to these strokes; a list that only grew costs no more than what is new. */
  show(strokes) {
    if (!this.#shown.every((stroke, i) => stroke === strokes[i])) {
      this.#context.clearRect(0, 0, this.#size.width, this.#size.height);
      this.#shown = [];
    }
    const fresh = strokes.slice(this.#shown.length);
    if (!fresh.length && strokes.length) return;
    for (const stroke of fresh) paint(this.#context, stroke, this.#size);
    this.#shown = strokes;
    this.#empty = strokes.every(isShape) ? !strokes.length : this.#blank();
  }

  #blank() {
    const { data } = this.#context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    for (let i = 3; i < data.length; i += 4) if (data[i] >= OPAQUE) return false;
    return true;
  }
}

const isShape = ({ kind }) => SHAPES.has(kind);

/** Whether a shape lies on the picture, but for a pixel: cutting it off would bend it. */
const within = ({ points }, { width, height }) =>
  points.every(([x, y]) => x > -1 && y > -1 && x < width + 1 && y < height + 1);

/** Whether a shape encloses anything. */
export const encloses = (stroke, size) => outline(stroke.points, size) !== null;

/** What is sent of a mask: {areas}, {png} as a data URL, or null where nothing is marked. */
export async function sendable(strokes, size, most) {
  const plain = strokes.every((stroke) => isShape(stroke) && within(stroke, size));
  const areas = plain ? areasOf(strokes, size, most.points) : null;
  if (areas) return areas.length ? { areas } : null;
  let marked = false;
  const png = await greyscale(size.width, size.height, bands(strokes, size, () => (marked = true)));
  return marked ? { png: await dataUrl(png) } : null;
}

/** The mask's rows, black and white, painted band by band: a whole one can need 64 MB. */
function* bands(strokes, size, found) {
  const most = Math.max(1, Math.floor(BAND_PIXELS / size.width));
  const canvas = document.createElement("canvas");
  canvas.width = size.width;
  canvas.height = Math.min(most, size.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  for (let top = 0; top < size.height; top += most) {
    const rows = Math.min(most, size.height - top);
    context.setTransform(1, 0, 0, 1, 0, -top);
    context.clearRect(0, top, size.width, most);
    for (const stroke of strokes) paint(context, stroke, size);
    const { data } = context.getImageData(0, 0, size.width, rows);
    const band = new Uint8Array(rows * size.width);
    for (let i = 0; i < band.length; i += 1) band[i] = data[4 * i + 3] >= OPAQUE ? 255 : 0;
    if (band.includes(255)) found();
    yield band;
  }
}

function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
