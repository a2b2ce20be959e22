// The stage: the canvas with the picture on it, and the mask as a tinted hatch above both.

import { part } from "./facts.js";
import { SHAPES, paint, polygon } from "./strokes.js";

const HATCH = 10; // CSS pixels from stripe to stripe

export class Stage {
  #size;
  #drawing;
  #view;
  #sheet;
  #context;
  #hatch;
  #asked = false;

  constructor({ size, drawing, view, sheet }) {
    this.element = part("stage");
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

  /** A place on the stage in picture pixels. */
  inPicture([x, y]) {
    const { picture } = this.#drawing.frame;
    const [canvasX, canvasY] = this.#view.inside(x, y);
    const scale = this.#size.width / picture.width;
    return [(canvasX - picture.x) * scale, (canvasY - picture.y) * scale];
  }

  /** A point of the picture in CSS pixels of the stage. */
  onStage([x, y]) {
    const { left, top, width, height } = this.#box();
    return [left + (x * width) / this.#size.width, top + (y * height) / this.#size.height];
  }

  /** CSS pixels for one pixel of the picture. */
  get closeness() {
    return this.#box().width / this.#size.width;
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

  /** The picture's rectangle on the stage, in CSS pixels. */
  #box() {
    const { picture } = this.#drawing.frame;
    const { scale, x, y } = this.#view;
    return {
      left: x + picture.x * scale,
      top: y + picture.y * scale,
      width: picture.width * scale,
      height: picture.height * scale,
    };
  }

  #draw() {
    const { canvas } = this.#drawing.frame;
    const { scale, x, y } = this.#view;
    const box = this.#box();
    const board = { left: x, top: y, width: canvas.width * scale, height: canvas.height * scale };
    lay(part("board"), board);
    lay(part("picture"), box);
    lay(part("handles"), box);
    part("picture").classList.toggle("close", this.closeness >= 4);
    this.#sheet.show(this.#drawing.strokes);
    this.#drawMask(box);
  }

  #drawMask(box) {
    const density = window.devicePixelRatio;
    const context = this.#context;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.save();
    context.scale(density, density);
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    context.translate(box.left, box.top);
    context.scale(box.width / this.#size.width, box.height / this.#size.height);
    context.drawImage(this.#sheet.canvas, 0, 0, this.#size.width, this.#size.height);
    const { live } = this.#drawing;
    if (live) paint(context, live, this.#size);
    const onPicture = context.getTransform();
    context.resetTransform();
    context.globalCompositeOperation = "source-in";
    const moved = new DOMMatrix().translate(box.left * density, box.top * density);
    this.#hatch.setTransform(moved);
    context.fillStyle = this.#hatch;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.globalCompositeOperation = "source-over";
    if (live && SHAPES.has(live.kind)) this.#drawEdge(live, onPicture);
    context.restore();
  }

  #drawEdge({ points }, onPicture) {
    const edge = new Path2D();
    edge.addPath(polygon(points), onPicture);
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
