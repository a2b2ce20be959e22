// The prompt field and its counter.

import { part, say } from "./facts.js";

const NEAR = 0.8; // of the most characters: from here on they are counted

/** Fires "change" with every letter. */
export class Prompt extends EventTarget {
  #field = part("prompt");
  #first = this.#field.value;
  #most;

  constructor({ most }) {
    super();
    this.#most = most.prompt;
    this.#field.addEventListener("input", () => {
      this.#count();
      this.dispatchEvent(new Event("change"));
    });
    this.#count();
  }

  get text() {
    return this.#field.value.trim();
  }

  get touched() {
    return this.#field.value !== this.#first;
  }

  #count() {
    const n = this.#field.value.length;
    part("prompt-count").textContent =
      n >= NEAR * this.#most ? say("count", { n, most: this.#most }) : "";
  }
}
