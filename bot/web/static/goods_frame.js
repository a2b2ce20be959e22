// The frame of a product before its background: it keeps its shape, but may be larger than the
// canvas and reach beyond it, as long as some of it can still be grasped.

import { Framing } from "./canvas_frame.js";
import { clamp } from "./numbers.js";

const LEAST = 16;
const KEPT = 16; // so much of the product always stays on the canvas

export class GoodsFraming extends Framing {
  #most;
  #ground;
  #start;

  /** `ground`: the background's size; `start`: the frame to begin with. */
  constructor(size, most, ground, start) {
    super(size, most);
    this.#most = most;
    this.#ground = ground;
    this.#start = start;
  }

  original() {
    return this.#start;
  }

  /** The largest canvas of this ratio that the background fills, the product in its middle. */
  preset([across, down]) {
    const { width, height } = this.#ground;
    const wide = Math.min(width, (height * across) / down);
    const high = (wide * down) / across;
    const { side, least } = this.#most;
    const shrunk = Math.min(1, side / Math.max(wide, high));
    const scale = Math.max(shrunk, least / Math.min(wide, high));
    const { canvas, picture } = this.#start;
    const share = Math.max(picture.width / canvas.width, picture.height / canvas.height);
    const frame = { canvas: this.canvas({ width: wide * scale, height: high * scale }), picture };
    const fitted = this.fit(frame).picture.width;
    return this.centre(this.resize(frame, { width: fitted * share }));
  }

  move({ canvas, picture }, x = picture.x, y = picture.y) {
    const at = (start, length, room) => {
      const kept = Math.min(KEPT, length);
      return clamp(Math.round(start), kept - length, room - kept);
    };
    const placed = {
      x: at(x, picture.width, canvas.width),
      y: at(y, picture.height, canvas.height),
    };
    return { canvas, picture: { ...picture, ...placed } };
  }

  pull(frame, corner, x, y) {
    return this.move(super.pull(frame, corner, x, y));
  }

  get least() {
    return LEAST;
  }

  room() {
    const side = 2 * this.#most.side;
    return { width: side, height: side };
  }
}
