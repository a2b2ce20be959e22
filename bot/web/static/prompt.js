// The prompt field and its counter; a page without one has an empty prompt.

import { part, say } from "./facts.js";

const NEAR = 0.8; // of the most characters: from here on they are counted

/** Fires "change" with every letter. */
export class Prompt extends EventTarget {
  #field = part("prompt");
  #first = this.#field?.value ?? "";
  #most;

  constructor({ most }) {
    super();
    this.#most = most.prompt;
    if (!this.#field) return;
    this.#field.addEventListener("input", () => {
      this.#count();
      this.dispatchEvent(new Event("change"));
    });
    this.#count();
  }

  get text() {
    return this.#typed.trim();
  }

  get touched() {
    return this.#typed !== this.#first;
  }

  get #typed() {
    return this.#field?.value ?? "";
  }

  #count() {
    const n = this.#typed.length;
    part("prompt-count").textContent =
      n >= NEAR * this.#most ? say("count", { n, most: this.#most }) : "";
  }
}
