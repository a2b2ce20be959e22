// The page's entry: puts the parts together and takes the drawing to the server.

import { Framing, covered } from "./canvas_frame.js";
import { Cursor } from "./cursor.js";
import { Deadline } from "./deadline.js";
import { brushDrag, panDrag, placeDrag, shapeDrag } from "./drags.js";
import { Drawing } from "./drawing.js";
import { facts, part } from "./facts.js";
import { bindFrameFields } from "./frame_fields.js";
import { Gestures } from "./gestures.js";
import { GoodsFraming } from "./goods_frame.js";
import { Ground } from "./ground.js";
import { Keyboard } from "./keyboard.js";
import { Sheet, sendable } from "./mask.js";
import { Pictures } from "./pictures.js";
import { showPreview } from "./preview.js";
import { Prompt } from "./prompt.js";
import { Sender } from "./sender.js";
import { Stage } from "./stage.js";
import { Tools } from "./tools.js";
import { Viewport } from "./viewport.js";

const ZOOM_STEP = 1.25;

const size = { width: facts.width, height: facts.height };
const ground = new Ground(facts);
const framing = facts.background
  ? new GoodsFraming(size, facts.most, ground.size, facts.start)
  : new Framing(size, facts.most);
const drawing = new Drawing(framed());
const view = new Viewport();
view.setWorld(drawing.frame.canvas);
const sheet = new Sheet(ground.size);
const begins = ["edit", "background"].includes(facts.purpose) ? "place" : "rectangle";
const tools = new Tools(ground.size, begins);
const stage = new Stage({ ground, size, drawing, view, sheet });
const gestures = new Gestures({ stage, view, begin });
const cursor = new Cursor({ stage, tools, view });
const pictures = new Pictures();
const prompt = new Prompt(facts);
const deadline = new Deadline(facts);
const sender = new Sender({ deadline, missing, body });

function framed() {
  const picture = { x: 0, y: 0, ...size };
  return facts.canvas ? framing.original() : { canvas: size, picture };
}

/** A drag of the tool in hand, from a place on the stage. */
function begin(start, { pan, eraser, corner }) {
  const parts = { stage, view, drawing, framing, sheet, ground };
  const kind = eraser ? "eraser" : tools.kind;
  if (pan || kind === "pan") return panDrag(parts, start);
  if (kind === "place") {
    const grasped = corner || onPicture(start);
    return grasped ? placeDrag(parts, start, corner) : panDrag(parts, start);
  }
  if (kind === "rectangle" || kind === "lasso") return shapeDrag(parts, start, kind);
  return brushDrag(parts, start, { kind, size: tools.size });
}

function onPicture(place) {
  const [x, y] = view.inside(...place);
  const { picture } = drawing.frame;
  const [right, bottom] = [picture.x + picture.width, picture.y + picture.height];
  return x >= picture.x && y >= picture.y && x <= right && y <= bottom;
}

/** The key of the sentence that says why nothing can be sent yet, or nothing. */
function missing() {
  if (pictures.failed) return "picture_failed";
  if (sheet.empty && facts.maskRequired) return "no_mask";
  if (sheet.empty && !facts.background && covered(drawing.frame)) return "no_change";
  if (facts.promptRequired && !prompt.text) return "no_prompt";
  return null;
}

async function body() {
  const { canvas, picture } = drawing.frame;
  const { x, y, width, height } = picture;
  const strokes = ground.moved(drawing.strokes, drawing.frame);
  return {
    prompt: prompt.text,
    mask: await sendable(strokes, ground.sent(drawing.frame).size, facts.most),
    canvas: facts.canvas ? canvas : null,
    imgPos: facts.canvas ? { width, height, x, y } : null,
  };
}

function show() {
  part("undo").disabled = !drawing.canUndo;
  part("redo").disabled = !drawing.canRedo;
  part("clear").disabled = !drawing.strokes.length;
  view.setWorld(drawing.frame.canvas);
  sheet.show(drawing.strokes);
  showPreview({ drawing, sheet, ground });
  sender.show();
}

function showZoom() {
  part("zoom").textContent = `${Math.round(view.scale * 100)}%`;
}

const presses = {
  undo: () => drawing.undo(),
  redo: () => drawing.redo(),
  invert: () => drawing.invert(),
  clear: () => drawing.clear(),
  fit: () => view.fit(),
  zoom: () => view.zoom(1 / view.scale),
  "zoom-in": () => view.zoom(ZOOM_STEP),
  "zoom-out": () => view.zoom(1 / ZOOM_STEP),
};
for (const [id, press] of Object.entries(presses)) part(id).addEventListener("click", press);

// A mouse leaves the keyboard to the stage, so that the space bar pans and the arrows draw.
part("work").addEventListener("click", ({ target, detail }) => {
  if (detail && target.closest("#tools, .bar")) stage.element.focus({ preventScroll: true });
});
window.addEventListener("beforeunload", (event) => {
  if (!sender.closed && (drawing.touched || prompt.touched)) event.preventDefault();
});

drawing.addEventListener("change", show);
view.addEventListener("change", showZoom);
prompt.addEventListener("change", () => sender.show());
pictures.addEventListener("change", () => sender.show());
new Keyboard({ stage, view, drawing, framing, tools, gestures, cursor, begin });
if (facts.canvas) bindFrameFields({ drawing, framing, view });
show();
showZoom();
deadline.start();
