// What the person has made so far: the strokes of the mask and the frame, with undo and redo.

import { History } from "./history.js";

/** Fires "change" when what is kept is another, "live" when only what is under the hand is. */
export class Drawing extends EventTarget {
  #history;
  #first;
  #live = null; // the stroke under the hand
  #draft = null; // the frame under the hand

  constructor(frame) {
    super();
    this.#first = { strokes: [], frame };
    this.#history = new History(this.#first);
  }

  get strokes() {
    return this.#history.now.strokes;
  }

  get frame() {
    return this.#draft ?? this.#history.now.frame;
  }

  get live() {
    return this.#live;
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** Whether something would be lost with the page. */
  get touched() {
    return this.#history.now !== this.#first;
  }

  /** Show a stroke that is not finished, or none. */
  hover(stroke) {
    this.#live = stroke;
    this.dispatchEvent(new Event("live"));
  }

  add(stroke) {
    this.#live = null;
    this.#push({ strokes: [...this.strokes, stroke] });
  }

  invert() {
    const undone = this.strokes.at(-1)?.kind === "invert";
    const strokes = undone ? this.strokes.slice(0, -1) : [...this.strokes, { kind: "invert" }];
    this.#push({ strokes });
  }

  clear() {
    if (this.strokes.length) this.#push({ strokes: [] });
  }

  /** Show a frame that is not settled, or the settled one again. */
  try(frame) {
    this.#draft = frame;
    this.dispatchEvent(new Event("live"));
  }

  /** Keep a frame; steps in a row with one label are undone together. */
  settle(frame, label = null) {
    this.#draft = null;
    this.#push({ frame }, label);
  }

  undo() {
    this.#history.undo();
    this.#changed();
  }

  redo() {
    this.#history.redo();
    this.#changed();
  }

  #push(change, label) {
    this.#history.push({ ...this.#history.now, ...change }, label);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
