// The small black-and-white picture of the mask, and what it is in words.

import { part, say } from "./facts.js";
import { SHAPES } from "./strokes.js";

const LONGEST = 288; // CSS pixels
const HIGHEST = 150;

/** Keep the preview as the mask is sent; `sheet` has been brought to the drawing's strokes. */
export function showPreview({ drawing, sheet, ground }) {
  const canvas = part("preview");
  const { size, box } = ground.sent(drawing.frame);
  const scale = Math.min(LONGEST / size.width, HIGHEST / size.height);
  const density = window.devicePixelRatio;
  canvas.width = Math.max(1, Math.round(size.width * scale * density));
  canvas.height = Math.max(1, Math.round(size.height * scale * density));
  canvas.style.width = `${canvas.width / density}px`;
  const context = canvas.getContext("2d", { alpha: false });
  context.imageSmoothingEnabled = scale * density < 1;
  context.imageSmoothingQuality = "high";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(canvas.width / size.width, canvas.height / size.height);
  context.drawImage(sheet.canvas, box.x, box.y, box.width, box.height);
  const caption = part("preview-caption");
  const summary = summed(drawing.strokes, sheet.empty, size);
  if (caption.textContent !== summary) caption.textContent = summary;
}

function summed(strokes, empty, size) {
  if (empty) return say("mask_empty");
  const shapes = strokes.every(({ kind }) => SHAPES.has(kind));
  return shapes ? say("mask_areas", { n: strokes.length }) : say("mask_painted", size);
}
