// Keys: every button that names a shortcut has it, and the stage can be drawn on without a pointer.

import { part } from "./facts.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STRIDE = 10; // with Shift
const PAN = 40; // CSS pixels
const CURSOR = 8; // CSS pixels
const FIELDS = "textarea, input[type=number]";

export class Keyboard {
  #parts; // {stage, view, drawing, framing, tools, gestures, cursor, begin}
  #drag = null; // what the keys are drawing

  constructor(parts) {
    this.#parts = parts;
    document.addEventListener("keydown", (event) => this.#down(event));
    document.addEventListener("keyup", (event) => this.#up(event));
    window.addEventListener("blur", () => (parts.gestures.panning = false));
    parts.tools.addEventListener("change", () => this.#stop());
    parts.stage.element.addEventListener("pointerdown", () => this.#stop(), { capture: true });
    parts.stage.element.addEventListener("blur", () => this.#stop());
  }

  #down(event) {
    if (event.defaultPrevented || event.isComposing || event.target.matches(FIELDS)) return;
    if (part("work").inert) return;
    const taken = this.#onStage(event) || this.#press(event) || this.#resize(event);
    if (taken) event.preventDefault();
  }

  #up(event) {
    if (event.key === " ") this.#parts.gestures.panning = false;
  }

  #onStage(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const { gestures, stage } = this.#parts;
    if (stage.element.inert || event.target.matches("input, summary")) return false;
    if (event.key in ARROWS) return this.#arrow(ARROWS[event.key], event.shiftKey);
    if (event.target.matches("button")) return false;
    if (event.key === " ") return (gestures.panning = true);
    if (event.key === "Enter" && event.target === stage.element) return this.#enter();
    if (event.key !== "Escape") return false;
    gestures.cancel();
    this.#stop();
    return true;
  }

  #arrow([dx, dy], far) {
    const { drawing, framing, gestures, stage, tools, view } = this.#parts;
    if (gestures.busy) return true;
    const stride = far ? STRIDE : 1;
    if (tools.kind === "place") {
      const { picture } = drawing.frame;
      const moved = framing.move(drawing.frame, picture.x + dx * stride, picture.y + dy * stride);
      drawing.settle(moved, "nudge");
    } else if (document.activeElement !== stage.element) {
      return false;
    } else if (tools.kind === "pan") {
      view.pan(-dx * PAN, -dy * PAN);
    } else {
      this.#moveCursor(dx * (far ? 5 : 1), dy * (far ? 5 : 1));
    }
    return true;
  }

  #moveCursor(dx, dy) {
    const { cursor, stage, view } = this.#parts;
    // In whole pixels of the ground, so that what is drawn is what was counted.
    const step = Math.max(1, Math.round(CURSOR / stage.closeness));
    const [x, y] = stage.onGround(cursor.place).map(Math.round);
    const point = [x + dx * step, y + dy * step];
    view.reveal(...stage.onStage(point));
    const place = stage.onStage(point);
    cursor.put(place);
    this.#drag?.to([place]);
    part("spoken").textContent = point.join(", ");
  }

  #enter() {
    const { begin, cursor, tools } = this.#parts;
    if (this.#drag) {
      this.#drag.end();
      this.#drag = null;
    } else if (tools.kind !== "place" && tools.kind !== "pan") {
      cursor.put(cursor.place);
      this.#drag = begin(cursor.place, {});
    }
    return true;
  }

  #stop() {
    this.#drag?.cancel();
    this.#drag = null;
  }

  /** Press the button that has this shortcut. */
  #press(event) {
    const wanted = shortcut(event);
    const buttons = document.querySelectorAll("button[aria-keyshortcuts]");
    const button = [...buttons].find((one) =>
      one.getAttribute("aria-keyshortcuts").split(" ").includes(wanted),
    );
    if (!button || button.disabled || button.closest("[inert]")) return Boolean(button);
    button.click();
    return true;
  }

  #resize({ key, ctrlKey, metaKey }) {
    const steps = { "[": -4, "]": 4 }[key];
    if (!steps || ctrlKey || metaKey) return false;
    this.#parts.tools.grow(steps);
    return true;
  }
}

function shortcut({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  if (altKey) return "";
  const control = ctrlKey || metaKey;
  // On keyboards of other scripts the place of the key counts.
  const letter = /^[a-z]$/i.test(key) ? key : /^Key([A-Z])$/.exec(code)?.[1];
  if (!letter) return control ? "" : key;
  return `${control ? "Control+" : ""}${shiftKey ? "Shift+" : ""}${letter.toUpperCase()}`;
}
