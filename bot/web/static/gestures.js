// Mouse, touch and pen on the stage: one finger or button uses the tool, two fingers zoom and pan.

const MIDDLE = 1;
const PEN_ERASER = 5;
const PER_WHEEL_PIXEL = 0.0018;
const LINE = 16; // CSS pixels, for wheels that count lines

export class Gestures {
  #stage;
  #view;
  #begin; // (place, how) → a drag; how is {pan, eraser, corner}
  #fingers = new Map();
  #drag = null;
  #dragger = null; // the pointer that drags
  #panning = false;

  constructor({ stage, view, begin }) {
    this.#stage = stage;
    this.#view = view;
    this.#begin = begin;
    const { element } = stage;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", (event) => this.#up(event, true));
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    element.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get busy() {
    return this.#fingers.size > 0;
  }

  get panning() {
    return this.#panning;
  }

  /** Whether the next drag pans, whatever the tool is. */
  set panning(on) {
    this.#panning = on;
    this.#stage.element.classList.toggle("panning", on);
  }

  /** Forget what is being drawn. */
  cancel() {
    this.#drag?.cancel();
    this.#drag = null;
  }

  #down(event) {
    if (event.target.closest(".bar") || (event.button > 1 && !isEraser(event))) return;
    // A palm beside the pen is no finger.
    if (this.#dragger?.pointerType === "pen" && event.pointerType === "touch") return;
    event.preventDefault();
    this.#stage.element.focus({ preventScroll: true });
    this.#stage.element.setPointerCapture(event.pointerId);
    const place = this.#stage.place(event);
    this.#fingers.set(event.pointerId, place);
    if (this.#fingers.size > 1) return this.cancel();
    const pan = event.button === MIDDLE || this.panning;
    const { corner } = event.target.dataset;
    this.#drag = this.#begin(place, { pan, eraser: isEraser(event), corner });
    this.#dragger = { pointerType: event.pointerType };
  }

  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const place = this.#stage.place(event);
    if (this.#fingers.size === 1) {
      // Safari before 18 gives no moves between the frames.
      const moves = event.getCoalescedEvents?.() ?? [];
      const places = moves.map((one) => this.#stage.place(one));
      this.#drag?.to(places.length ? places : [place]);
    } else if (this.#fingers.size === 2) {
      this.#pinch(event.pointerId, before, place);
    }
    this.#fingers.set(event.pointerId, place);
  }

  #pinch(id, before, after) {
    const [, other] = [...this.#fingers].find(([key]) => key !== id);
    const apart = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]);
    const middle = (place) => [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2];
    const [[fromX, fromY], [x, y]] = [middle(before), middle(after)];
    this.#view.pan(x - fromX, y - fromY);
    if (apart(before)) this.#view.zoom(apart(after) / apart(before), x, y);
  }

  #up(event, canceled = false) {
    if (!this.#fingers.delete(event.pointerId) || this.#fingers.size) return;
    if (canceled) this.cancel();
    this.#drag?.end();
    this.#drag = this.#dragger = null;
  }

  #wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode ? LINE : 1);
    // A pinch on a touch pad comes as a wheel with Ctrl, in small steps.
    const speed = event.ctrlKey ? 5 * PER_WHEEL_PIXEL : PER_WHEEL_PIXEL;
    this.#view.zoom(Math.exp(-pixels * speed), ...this.#stage.place(event));
  }
}

const isEraser = (event) => event.button === PEN_ERASER;
