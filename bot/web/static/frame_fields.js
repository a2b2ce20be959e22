// The canvas part of the panel: presets, and the frame in numbers.

import { part } from "./facts.js";

const FIELDS = {
  "canvas-width": ({ canvas }) => canvas.width,
  "canvas-height": ({ canvas }) => canvas.height,
  "picture-x": ({ picture }) => picture.x,
  "picture-y": ({ picture }) => picture.y,
  "picture-width": ({ picture }) => picture.width,
  "picture-height": ({ picture }) => picture.height,
};

/** Let the panel's fields and presets set the frame, and show it. */
export function bindFrameFields({ drawing, framing, view }) {
  const presets = [...document.querySelectorAll("[data-ratio]")].map((button) => ({
    button,
    frame: framed(button.dataset.ratio, framing),
  }));
  const show = () => {
    for (const [id, read] of Object.entries(FIELDS)) part(id).value = read(drawing.frame);
    const { width, height } = drawing.frame.canvas;
    const chosen = presets.find(
      ({ frame: { canvas } }) => canvas.width === width && canvas.height === height,
    );
    for (const { button } of presets) {
      button.setAttribute("aria-pressed", String(button === chosen?.button));
    }
  };
  const set = (frame) => {
    drawing.settle(frame);
    show(); // also what was typed but not possible
  };
  for (const { button, frame } of presets) {
    button.addEventListener("click", () => {
      set(frame);
      view.fit();
    });
  }
  part("frame-fit").addEventListener("click", () => set(framing.fit(drawing.frame)));
  part("frame-centre").addEventListener("click", () => set(framing.centre(drawing.frame)));
  for (const id of Object.keys(FIELDS)) {
    part(id).addEventListener("change", ({ target }) => {
      const number = Math.round(target.valueAsNumber);
      if (Number.isFinite(number)) set(typed(id, number, { drawing, framing }));
      else show();
    });
  }
  drawing.addEventListener("change", show);
  drawing.addEventListener("live", show);
  show();
}

function framed(ratio, framing) {
  return ratio ? framing.preset(ratio.split(":").map(Number)) : framing.original();
}

function typed(id, number, { drawing, framing }) {
  const { frame } = drawing;
  const [of, key] = id.split("-");
  if (of === "canvas") return framing.onCanvas(frame, { ...frame.canvas, [key]: number });
  if (key === "x") return framing.move(frame, number);
  if (key === "y") return framing.move(frame, undefined, number);
  return framing.resize(frame, { [key]: number });
}
