// How much of the canvas is seen, and where: zoom and pan, between CSS pixels and canvas pixels.

import { clamp } from "./numbers.js";

const MARGIN = 28;
const CLOSEST = 16;
const ENLARGED = 8;
const KEPT = 48; // so much of the canvas always stays in sight

/** Fires "change" when the same canvas pixel is seen elsewhere or in another size. */
export class Viewport extends EventTarget {
  #room = { width: 1, height: 1 };
  #world = { width: 1, height: 1 };
  #insets = { top: 0, bottom: 0 };
  scale = 1;
  x = 0;
  y = 0;
  fitted = true;

  /** The stage has this size; its upper and lower strips are under controls. */
  setRoom(room, insets) {
    this.#room = room;
    this.#insets = insets;
    this.fitted ? this.fit() : this.#settle();
  }

  /** The canvas has this size. */
  setWorld(world) {
    if (world.width === this.#world.width && world.height === this.#world.height) return;
    this.#world = world;
    this.fitted ? this.fit() : this.#settle();
  }

  /** All of the canvas, in the middle; small ones are not much enlarged. */
  fit() {
    this.scale = Math.min(this.#whole(), ENLARGED);
    const { top, bottom } = this.#insets;
    this.x = (this.#room.width - this.#world.width * this.scale) / 2;
    this.y = (this.#room.height - top - bottom - this.#world.height * this.scale) / 2 + top;
    this.#changed(true);
  }

  /** Zoom by a factor around a point of the stage (its middle by default). */
  zoom(factor, x = this.#room.width / 2, y = this.#room.height / 2) {
    const whole = this.#whole();
    const scale = clamp(this.scale * factor, Math.min(whole / 2, 1), Math.max(CLOSEST, whole));
    const really = scale / this.scale;
    this.x = x - (x - this.x) * really;
    this.y = y - (y - this.y) * really;
    this.scale = scale;
    this.#settle();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.#settle();
  }

  /** A point of the stage in canvas pixels. */
  inside(x, y) {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  /** Pan as little as brings a point of the stage into sight. */
  reveal(x, y) {
    const dx = clamp(x, MARGIN, Math.max(MARGIN, this.#room.width - MARGIN)) - x;
    const dy = clamp(y, MARGIN, Math.max(MARGIN, this.#room.height - MARGIN)) - y;
    if (dx || dy) this.pan(dx, dy);
  }

  #whole() {
    const across = Math.max(this.#room.width - 2 * MARGIN, 1) / this.#world.width;
    const high = this.#room.height - this.#insets.top - this.#insets.bottom - MARGIN;
    return Math.min(across, Math.max(high, 1) / this.#world.height);
  }

  #settle() {
    const { width, height } = this.#world;
    this.x = clamp(this.x, KEPT - width * this.scale, this.#room.width - KEPT);
    this.y = clamp(this.y, KEPT - height * this.scale, this.#room.height - KEPT);
    this.#changed(false);
  }

  #changed(fitted) {
    this.fitted = fitted;
    this.dispatchEvent(new Event("change"));
  }
}
