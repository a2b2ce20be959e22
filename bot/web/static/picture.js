// The picture's arrival: while it is on its way, and when it does not come.

import { part, say } from "./facts.js";

/** Fires "change" when it is there, or known not to come. */
export class Picture extends EventTarget {
  #image = part("picture");
  failed = false;

  constructor() {
    super();
    this.#image.addEventListener("load", () => this.#show());
    this.#image.addEventListener("error", () => this.#show());
    if (this.#image.complete) this.#show();
  }

  #show() {
    this.failed = !this.#image.naturalWidth;
    part("waiting").hidden = !this.failed;
    if (this.failed) part("waiting").textContent = say("picture_failed");
    this.dispatchEvent(new Event("change"));
  }
}
