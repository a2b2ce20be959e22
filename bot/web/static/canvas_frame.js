// The frame: {canvas: {width, height}, picture: {x, y, width, height}} in whole canvas pixels. The
// picture keeps its shape and, but for goods_frame.js, lies inside the canvas. Nothing is shown.

import { clamp } from "./numbers.js";

/** The geometry for one picture; {side, least}: the longest and shortest side of a canvas. */
export class Framing {
  #size;
  #most;

  constructor(size, most) {
    this.#size = size;
    this.#most = most;
  }

  /** The canvas just around the picture. */
  original() {
    const { width, height } = this.#size;
    return this.#around(width, height);
  }

  /** The smallest canvas of this ratio around the whole picture, which is in its middle. */
  preset([across, down]) {
    const { width, height } = this.#size;
    return this.#around(
      Math.max(width, (height * across) / down),
      Math.max(height, (width * down) / across),
    );
  }

  #around(width, height) {
    const { side } = this.#most;
    const scale = Math.min(1, side / Math.max(width, height));
    const canvas = this.canvas({ width: width * scale, height: height * scale });
    const picture = this.#sized(this.#size.width * scale, canvas);
    return this.centre({ canvas, picture: { ...picture, x: 0, y: 0 } });
  }

  /** The frame with another canvas; a picture that is too large for it shrinks. */
  onCanvas({ picture }, size) {
    const canvas = this.canvas(size);
    const sized = this.#sized(picture.width, this.room(canvas));
    return this.move({ canvas, picture: { ...picture, ...sized } });
  }

  /** The picture at x and y, or as near as the canvas allows. */
  move({ canvas, picture }, x = picture.x, y = picture.y) {
    const inside = {
      x: clamp(Math.round(x), 0, canvas.width - picture.width),
      y: clamp(Math.round(y), 0, canvas.height - picture.height),
    };
    return { canvas, picture: { ...picture, ...inside } };
  }

  /** The picture this wide (or high), its left upper corner where it was if there is room. */
  resize({ canvas, picture }, { width, height }) {
    const wide = width ?? (height * this.#size.width) / this.#size.height;
    const sized = this.#sized(wide, this.room(canvas));
    return this.move({ canvas, picture: { ...picture, ...sized } });
  }

  /** The picture with one corner ("nw", "ne", "sw", "se") pulled to x and y. */
  pull({ canvas, picture }, corner, x, y) {
    const [left, top] = [corner.includes("w"), corner.includes("n")];
    const fixedX = left ? picture.x + picture.width : picture.x;
    const fixedY = top ? picture.y + picture.height : picture.y;
    const room = this.room({
      width: left ? fixedX : canvas.width - fixedX,
      height: top ? fixedY : canvas.height - fixedY,
    });
    const [across, down] = [left ? fixedX - x : x - fixedX, top ? fixedY - y : y - fixedY];
    const ratio = this.#size.width / this.#size.height;
    const sized = this.#sized(Math.max(across, down * ratio), room);
    const at = { x: left ? fixedX - sized.width : fixedX, y: top ? fixedY - sized.height : fixedY };
    return { canvas, picture: { ...sized, ...at } };
  }

  /** The picture as large as the canvas allows, in its middle. */
  fit({ canvas }) {
    const picture = this.#sized(canvas.width, canvas);
    return this.centre({ canvas, picture: { ...picture, x: 0, y: 0 } });
  }

  centre({ canvas, picture }) {
    const x = Math.floor((canvas.width - picture.width) / 2);
    const y = Math.floor((canvas.height - picture.height) / 2);
    return { canvas, picture: { ...picture, x, y } };
  }

  /** The nearest canvas that is allowed. */
  canvas({ width, height }) {
    const { side, least } = this.#most;
    const [across, down] = [width, height].map((one) => clamp(Math.round(one), least, side));
    return { width: across, height: down };
  }

  /** The least length of the picture's shorter side, unless it is given shorter. */
  get least() {
    return this.#most.least;
  }

  /** How large the picture may be in a part of the canvas. */
  room(free) {
    return free;
  }

  #sized(wide, room) {
    const { width, height } = this.#size;
    // A thin picture keeps its shape rather than the least length.
    const least = Math.min(1, this.least / Math.min(width, height));
    const most = Math.min(room.width / width, room.height / height);
    const scale = Math.min(Math.max(wide / width, least), most);
    return {
      width: clamp(Math.round(width * scale), 1, room.width),
      height: clamp(Math.round(height * scale), 1, room.height),
    };
  }
}

/** Whether the picture covers all of the canvas. */
export function covered({ canvas, picture }) {
  return picture.width === canvas.width && picture.height === canvas.height;
}
