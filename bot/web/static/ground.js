// What the mask lies on: the picture, wherever it stands on the canvas; or the background, which
// fills the canvas and is cut off at its edges. Strokes are in the ground's own pixels.

export class Ground {
  #fills;

  constructor({ width, height, background }) {
    this.#fills = background !== null;
    const { width: across, height: down } = background ?? { width, height };
    this.size = { width: across, height: down };
  }

  /** Where it lies, in canvas pixels. */
  box({ canvas, picture }) {
    if (!this.#fills) return picture;
    const { width, height } = this.size;
    const scale = Math.max(canvas.width / width, canvas.height / height);
    const [across, down] = [width * scale, height * scale];
    const [x, y] = [(canvas.width - across) / 2, (canvas.height - down) / 2];
    return { x, y, width: across, height: down };
  }

  /** The part of it that is on the canvas, as [least, most] in x and in y. */
  seen(frame) {
    const { width, height } = this.size;
    if (!this.#fills) return [[0, width], [0, height]];
    const { x, y, width: across } = this.box(frame);
    const scale = width / across;
    return [[-x * scale, width + x * scale], [-y * scale, height + y * scale]];
  }

  /** What is sent of it: a picture of this size, on which the ground lies at this box. */
  sent(frame) {
    if (this.#fills) return { size: frame.canvas, box: this.box(frame) };
    return { size: this.size, box: { x: 0, y: 0, ...this.size } };
  }

  /** The strokes in pixels of what is sent. */
  moved(strokes, frame) {
    if (!this.#fills) return strokes;
    const { x, y, width } = this.box(frame);
    const scale = width / this.size.width;
    return strokes.map((stroke) => ({
      ...stroke,
      points: stroke.points?.map(([px, py]) => [px * scale + x, py * scale + y]),
      size: stroke.size * scale,
    }));
  }
}
