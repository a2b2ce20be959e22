// What a hand does between putting down and lifting: one maker per tool. A drag has to(places),
// end() and cancel(); places are CSS pixels of the stage.

import { clamp } from "./numbers.js";
import { encloses } from "./mask.js";

const SLIP = 3; // CSS pixels: less than this is a click, not a shape

/** Move what is seen. */
export function panDrag({ view }, start) {
  let [x, y] = start;
  return {
    to(places) {
      const [nextX, nextY] = places.at(-1);
      view.pan(nextX - x, nextY - y);
      [x, y] = [nextX, nextY];
    },
    end() {},
    cancel() {},
  };
}

/** Move the picture on the canvas, or pull it by a corner. */
export function placeDrag({ view, drawing, framing }, start, corner) {
  const { frame } = drawing;
  const grip = view.inside(...start);
  const at = (place) => {
    const [x, y] = view.inside(...place);
    if (corner) {
      const { picture } = frame;
      const left = corner.includes("w") ? picture.x : picture.x + picture.width;
      const top = corner.includes("n") ? picture.y : picture.y + picture.height;
      return framing.pull(frame, corner, left + x - grip[0], top + y - grip[1]);
    }
    return framing.move(frame, frame.picture.x + x - grip[0], frame.picture.y + y - grip[1]);
  };
  return {
    to: (places) => drawing.try(at(places.at(-1))),
    end() {
      if (drawing.frame !== frame) drawing.settle(drawing.frame);
    },
    cancel: () => drawing.try(null),
  };
}

/** Draw a rectangle or a lasso. */
export function shapeDrag({ stage, drawing, ground }, start, kind) {
  const [across, down] = ground.seen(drawing.frame);
  const onGround = (place) => {
    const [x, y] = stage.onGround(place);
    return [clamp(x, ...across), clamp(y, ...down)];
  };
  const first = onGround(start);
  const trail = [first];
  let wide = false;
  return {
    to(places) {
      trail.push(...places.map(onGround));
      wide ||= places.some(([x, y]) => Math.hypot(x - start[0], y - start[1]) > SLIP);
      const points = kind === "rectangle" ? corners(first, trail.at(-1)) : [...trail];
      drawing.hover(wide ? { kind, points } : null);
    },
    end() {
      const { live } = drawing;
      if (live && encloses(live, ground.size)) drawing.add(live);
      else drawing.hover(null);
    },
    cancel: () => drawing.hover(null),
  };
}

function corners(one, other) {
  const [x, y, otherX, otherY] = [...one, ...other].map(Math.round);
  return [[x, y], [otherX, y], [otherX, otherY], [x, otherY]];
}

/** Paint or erase with a round tip of this size. */
export function brushDrag({ stage, drawing, sheet }, start, { kind, size }) {
  const points = [stage.onGround(start)];
  const near = 0.5 / stage.closeness;
  const show = () => drawing.hover({ kind, size, points });
  show();
  return {
    to(places) {
      for (const point of places.map((place) => stage.onGround(place))) {
        const [x, y] = points.at(-1);
        if (Math.hypot(point[0] - x, point[1] - y) > near) points.push(point);
      }
      show();
    },
    end() {
      if (kind === "eraser" && sheet.empty) drawing.hover(null);
      else drawing.add(drawing.live);
    },
    cancel: () => drawing.hover(null),
  };
}
