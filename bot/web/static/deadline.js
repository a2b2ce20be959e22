// How long the link still works: silent at first, counting down at the end, then over.

import { part } from "./facts.js";

const NOTICE_MS = 120_000;
const TICK_MS = 1000;

/** Fires "over" once when the link has expired; `now` is the server's clock at the page's birth. */
export class Deadline extends EventTarget {
  #expires;
  #ahead; // how far the server's clock is before the reader's
  #timer = null;

  constructor({ expires, now = Date.now() }) {
    super();
    this.#expires = expires;
    this.#ahead = now - Date.now();
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  get over() {
    return this.#left <= 0;
  }

  start() {
    this.#tick();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    part("deadline").hidden = true;
  }

  get #left() {
    return this.#expires - this.#ahead - Date.now();
  }

  #tick() {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    const left = this.#left;
    if (left <= 0) {
      this.stop();
      this.dispatchEvent(new Event("over"));
      return;
    }
    if (left <= NOTICE_MS) {
      part("deadline").hidden = false;
      part("left").textContent = clock(Math.ceil(left / 1000));
    }
    this.#timer = setTimeout(() => this.#tick(), left > NOTICE_MS ? left - NOTICE_MS : TICK_MS);
  }
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
