// The frame: {canvas: {width, height}, picture: {x, y, width, height}} in whole canvas pixels. The
// picture keeps its shape and always lies inside the canvas. Nothing here is shown.

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
    const canvas = { width: this.#side(width * scale), height: this.#side(height * scale) };
    const picture = this.#sized(this.#size.width * scale, canvas);
    return this.centre({ canvas, picture: { ...picture, x: 0, y: 0 } });
  }

  /** The frame with another canvas; a picture that is too large for it shrinks. */
  onCanvas({ picture }, { width, height }) {
    const canvas = { width: this.#side(width), height: this.#side(height) };
    return this.move({ canvas, picture: { ...picture, ...this.#sized(picture.width, canvas) } });
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
    return this.move({ canvas, picture: { ...picture, ...this.#sized(wide, canvas) } });
  }

  /** The picture with one corner ("nw", "ne", "sw", "se") pulled to x and y. */
  pull({ canvas, picture }, corner, x, y) {
    const [left, top] = [corner.includes("w"), corner.includes("n")];
    const fixedX = left ? picture.x + picture.width : picture.x;
    const fixedY = top ? picture.y + picture.height : picture.y;
    const room = {
      width: left ? fixedX : canvas.width - fixedX,
      height: top ? fixedY : canvas.height - fixedY,
    };
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

  #side(length) {
    return clamp(Math.round(length), this.#most.least, this.#most.side);
  }

  #sized(wide, room) {
    const { width, height } = this.#size;
    // A thin picture keeps its shape rather than the least length.
    const least = Math.min(1, this.#most.least / Math.min(width, height));
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
