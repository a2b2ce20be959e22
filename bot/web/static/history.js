// Undo and redo over states that are never changed, only followed by others.

const MOST = 300;

export class History {
  #states;
  #at = 0;
  #label = null;

  constructor(first) {
    this.#states = [first];
  }

  get now() {
    return this.#states[this.#at];
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#states.length - 1;
  }

  /** Go on to a state; steps in a row with the same label are undone as one. */
  push(state, label = null) {
    const again = label !== null && label === this.#label && this.canUndo;
    this.#states.length = this.#at + (again ? 0 : 1);
    this.#states.push(state);
    if (this.#states.length > MOST) this.#states.splice(1, 1);
    this.#at = this.#states.length - 1;
    this.#label = label;
  }

  undo() {
    if (this.canUndo) this.#at -= 1;
    this.#label = null;
  }

  redo() {
    if (this.canRedo) this.#at += 1;
    this.#label = null;
  }
}
