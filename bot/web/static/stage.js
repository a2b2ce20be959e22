// The stage: the canvas with the picture on it, perhaps before a background, and the mask as a
// tinted hatch above them. Points of the mask are in pixels of its ground.

import { part } from "./facts.js";
import { SHAPES, paint, polygon } from "./strokes.js";

const HATCH = 10; // CSS pixels from stripe to stripe

export class Stage {
  #ground;
  #size; // of the picture
  #drawing;
  #view;
  #sheet;
  #context;
  #hatch;
  #asked = false;

  constructor({ ground, size, drawing, view, sheet }) {
    this.element = part("stage");
    this.#ground = ground;
    this.#size = size;
    this.#drawing = drawing;
    this.#view = view;
    this.#sheet = sheet;
    this.#context = part("overlay").getContext("2d");
    drawing.addEventListener("change", () => this.refresh());
    drawing.addEventListener("live", () => this.refresh());
    view.addEventListener("change", () => this.refresh());
    new ResizeObserver(() => this.measure()).observe(this.element);
    this.measure();
  }

  /** Take over the stage's size, and the strips under the controls at its edges. */
  measure() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const density = window.devicePixelRatio;
    this.#context.canvas.width = Math.round(width * density);
    this.#context.canvas.height = Math.round(height * density);
    this.#hatch = hatching(this.#context, density);
    const style = getComputedStyle(this.element);
    const insets = { top: parseFloat(style.paddingTop), bottom: parseFloat(style.paddingBottom) };
    this.#view.setRoom({ width, height }, insets);
    this.refresh();
  }

  /** A pointer event's place in CSS pixels of the stage. */
  place(event) {
    const { left, top } = this.element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** A place on the stage in pixels of the ground. */
  onGround(place) {
    const { x, y, width } = this.#ground.box(this.#drawing.frame);
    const [canvasX, canvasY] = this.#view.inside(...place);
    const scale = this.#ground.size.width / width;
    return [(canvasX - x) * scale, (canvasY - y) * scale];
  }

  /** A point of the ground in CSS pixels of the stage. */
  onStage([x, y]) {
    const { left, top } = this.#groundBox();
    return [left + x * this.closeness, top + y * this.closeness];
  }

  /** CSS pixels for one pixel of the ground. */
  get closeness() {
    return this.#groundBox().width / this.#ground.size.width;
  }

  /** Draw everything anew before the next frame is shown. */
  refresh() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#draw();
    });
  }

  #groundBox() {
    return this.#seen(this.#ground.box(this.#drawing.frame));
  }

  /** A rectangle of the canvas on the stage, in CSS pixels. */
  #seen(box) {
    const { scale, x, y } = this.#view;
    return {
      left: x + box.x * scale,
      top: y + box.y * scale,
      width: box.width * scale,
      height: box.height * scale,
    };
  }

  #draw() {
    const { canvas, picture } = this.#drawing.frame;
    const board = this.#seen({ x: 0, y: 0, ...canvas });
    const box = this.#seen(picture);
    lay(part("board"), board);
    if (part("backdrop")) lay(part("backdrop"), board);
    lay(part("picture"), box);
    lay(part("handles"), box);
    part("picture").style.clipPath = inset(box, board);
    part("picture").classList.toggle("close", box.width >= 4 * this.#size.width);
    this.#sheet.show(this.#drawing.strokes);
    this.#drawMask(board);
  }

  #drawMask(board) {
    const density = window.devicePixelRatio;
    const { size } = this.#ground;
    const box = this.#groundBox();
    const context = this.#context;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.save();
    context.scale(density, density);
    clip(context, board);
    clip(context, box);
    context.translate(box.left, box.top);
    context.scale(box.width / size.width, box.height / size.height);
    context.drawImage(this.#sheet.canvas, 0, 0, size.width, size.height);
    const { live } = this.#drawing;
    if (live) paint(context, live, size);
    const onGround = context.getTransform();
    context.resetTransform();
    context.globalCompositeOperation = "source-in";
    const moved = new DOMMatrix().translate(box.left * density, box.top * density);
    this.#hatch.setTransform(moved);
    context.fillStyle = this.#hatch;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.globalCompositeOperation = "source-over";
    if (live && SHAPES.has(live.kind)) this.#drawEdge(live, onGround);
    context.restore();
  }

  #drawEdge({ points }, onGround) {
    const edge = new Path2D();
    edge.addPath(polygon(points), onGround);
    const context = this.#context;
    const thick = window.devicePixelRatio;
    for (const [colour, width] of [["#000a", 3], ["#fff", 1.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = width * thick;
      context.stroke(edge);
    }
  }
}

function lay(element, { left, top, width, height }) {
  element.style.transform = `translate(${left}px, ${top}px)`;
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
}

function clip(context, { left, top, width, height }) {
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
}

/** What hides the parts of a box that are not on the board. */
function inset(box, board) {
  const over = [
    board.top - box.top,
    box.left + box.width - board.left - board.width,
    box.top + box.height - board.top - board.height,
    board.left - box.left,
  ];
  return `inset(${over.map((length) => `${Math.max(0, length)}px`).join(" ")})`;
}

function hatching(context, density) {
  const tile = document.createElement("canvas");
  const side = Math.round(HATCH * density);
  tile.width = tile.height = side;
  const ink = tile.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  ink.fillStyle = style.getPropertyValue("--mask-tint");
  ink.fillRect(0, 0, side, side);
  ink.strokeStyle = style.getPropertyValue("--mask-stripe");
  ink.lineWidth = side / 5;
  for (const shift of [-side, 0, side]) {
    ink.beginPath();
    ink.moveTo(shift - 1, side + 1);
    ink.lineTo(shift + side + 1, -1);
    ink.stroke();
  }
  return context.createPattern(tile, "repeat");
}
