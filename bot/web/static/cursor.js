// The ring that shows the tip of a brush, and the cross that the arrow keys move.

import { part } from "./facts.js";

export class Cursor {
  #stage;
  #tools;
  #element = part("cursor");
  #place = null; // CSS pixels of the stage
  #keys = false;

  constructor({ stage, tools, view }) {
    this.#stage = stage;
    this.#tools = tools;
    const { element } = stage;
    element.addEventListener("pointermove", (event) => this.#follow(event));
    element.addEventListener("pointerdown", (event) => this.#follow(event));
    element.addEventListener("pointerleave", () => this.hide());
    element.addEventListener("blur", () => this.hide());
    tools.addEventListener("change", () => this.#draw());
    view.addEventListener("change", () => this.#draw());
  }

  /** Where the keys would draw. */
  get place() {
    const { clientWidth, clientHeight } = this.#stage.element;
    return this.#place ?? [clientWidth / 2, clientHeight / 2];
  }

  /** Show it where the arrow keys put it. */
  put(place) {
    this.#place = place;
    this.#keys = true;
    this.#draw();
  }

  hide() {
    this.#place = null;
    this.#draw();
  }

  #follow(event) {
    // A finger hides what is under it; and it is gone when lifted.
    if (event.pointerType === "touch") return this.hide();
    const over = event.target.closest(".bar");
    this.#place = over ? null : this.#stage.place(event);
    this.#keys = false;
    this.#draw();
  }

  #draw() {
    const element = this.#element;
    element.hidden = !this.#place || !(this.#keys || this.#tools.round);
    if (element.hidden) return;
    const [x, y] = this.#place;
    const size = this.#tools.round ? this.#tools.size * this.#stage.closeness : 0;
    element.classList.toggle("cross", this.#keys);
    element.style.width = element.style.height = `${size}px`;
    element.style.transform = `translate(${x - size / 2}px, ${y - size / 2}px)`;
  }
}
