// The chosen tool and the size of its tip.

import { say, part } from "./facts.js";
import { clamp } from "./numbers.js";

const STEPS = 100; // of the slider, from the least size to the most in equal ratios
const ROUND = new Set(["brush", "eraser"]);

/** Fires "change" when the tool or the size is another. */
export class Tools extends EventTarget {
  #buttons = [...document.querySelectorAll("#tools [data-tool]")];
  #slider = part("size");
  #least;
  #most;
  #kind;

  constructor({ width, height }, kind) {
    super();
    const side = Math.max(width, height);
    this.#least = Math.max(2, Math.round(side / 256));
    this.#most = Math.max(this.#least + 1, Math.round(side / 3));
    this.#slider.max = STEPS;
    this.#slider.value = this.#step(side / 16);
    this.#slider.addEventListener("input", () => this.#changed());
    for (const button of this.#buttons) {
      button.addEventListener("click", () => this.choose(button.dataset.tool));
    }
    this.choose(kind);
  }

  get kind() {
    return this.#kind;
  }

  /** Whether the tool has a round tip. */
  get round() {
    return ROUND.has(this.#kind);
  }

  /** The tip's width in picture pixels. */
  get size() {
    const ratio = this.#most / this.#least;
    return Math.round(this.#least * ratio ** (Number(this.#slider.value) / STEPS));
  }

  choose(kind) {
    this.#kind = kind;
    this.#changed();
  }

  /** A larger or smaller tip, by so many steps. */
  grow(steps) {
    this.#slider.value = Number(this.#slider.value) + steps;
    this.#changed();
  }

  #step(size) {
    const share = Math.log(size / this.#least) / Math.log(this.#most / this.#least);
    return Math.round(clamp(share, 0, 1) * STEPS);
  }

  #changed() {
    for (const button of this.#buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === this.#kind));
    }
    document.body.dataset.tool = this.#kind;
    const pixels = say("pixels", { n: this.size });
    part("size-value").textContent = pixels;
    this.#slider.setAttribute("aria-valuetext", pixels);
    this.dispatchEvent(new Event("change"));
  }
}
