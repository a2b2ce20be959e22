// The page's entry: puts the parts together and takes the drawing to the server.

import { Framing, covered } from "./canvas_frame.js";
import { Cursor } from "./cursor.js";
import { Deadline } from "./deadline.js";
import { brushDrag, panDrag, placeDrag, shapeDrag } from "./drags.js";
import { Drawing } from "./drawing.js";
import { facts, part } from "./facts.js";
import { bindFrameFields } from "./frame_fields.js";
import { Gestures } from "./gestures.js";
import { Keyboard } from "./keyboard.js";
import { Sheet, sendable } from "./mask.js";
import { showPreview } from "./preview.js";
import { Picture } from "./picture.js";
import { Prompt } from "./prompt.js";
import { Sender } from "./sender.js";
import { Stage } from "./stage.js";
import { Tools } from "./tools.js";
import { Viewport } from "./viewport.js";

const ZOOM_STEP = 1.25;

const size = { width: facts.width, height: facts.height };
const framing = new Framing(size, facts.most);
const drawing = new Drawing(framed());
const view = new Viewport();
view.setWorld(drawing.frame.canvas);
const sheet = new Sheet(size);
const tools = new Tools(size, facts.purpose === "edit" ? "place" : "rectangle");
const stage = new Stage({ size, drawing, view, sheet });
const gestures = new Gestures({ stage, view, begin });
const cursor = new Cursor({ stage, tools, view });
const picture = new Picture();
const prompt = new Prompt(facts);
const deadline = new Deadline(facts);
const sender = new Sender({ deadline, missing, body });

function framed() {
  const picture = { x: 0, y: 0, ...size };
  return facts.canvas ? framing.original() : { canvas: size, picture };
}

/** A drag of the tool in hand, from a place on the stage. */
function begin(start, { pan, eraser, corner }) {
  const parts = { stage, view, drawing, framing, sheet, size };
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
  const [x, y] = stage.inPicture(place);
  return x >= 0 && y >= 0 && x <= size.width && y <= size.height;
}

/** The key of the sentence that says why nothing can be sent yet, or nothing. */
function missing() {
  if (picture.failed) return "picture_failed";
  if (sheet.empty && facts.maskRequired) return "no_mask";
  if (sheet.empty && covered(drawing.frame)) return "no_change";
  if (facts.promptRequired && !prompt.text) return "no_prompt";
  return null;
}

async function body() {
  const { canvas, picture } = drawing.frame;
  const { x, y, width, height } = picture;
  return {
    prompt: prompt.text,
    mask: await sendable(drawing.strokes, size, facts.most),
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
  showPreview({ drawing, sheet, size });
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
picture.addEventListener("change", () => sender.show());
new Keyboard({ stage, view, drawing, framing, tools, gestures, cursor, begin });
if (facts.canvas) bindFrameFields({ drawing, framing, view });
show();
showZoom();
deadline.start();
