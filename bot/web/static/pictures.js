// The arrival of the pictures: while they are on their way, and when one does not come.

import { part, say } from "./facts.js";

/** Fires "change" when all are there, or one is known not to come. */
export class Pictures extends EventTarget {
  #images = [...document.querySelectorAll("#stage img")];
  failed = false;

  constructor() {
    super();
    for (const image of this.#images) {
      image.addEventListener("load", () => this.#show());
      image.addEventListener("error", () => this.#show());
    }
    this.#show();
  }

  #show() {
    const settled = this.#images.filter((image) => image.complete);
    this.failed = settled.some((image) => !image.naturalWidth);
    part("waiting").hidden = !this.failed && settled.length === this.#images.length;
    if (this.failed) part("waiting").textContent = say("picture_failed");
    this.dispatchEvent(new Event("change"));
  }
}
