// Polygons, as lists of [x, y] in picture pixels, and the areas that a mask is sent as.

import { clamp } from "./numbers.js";

const FINE = 200; // the most corners of one polygon
const COARSE = 12; // below this a mask is better sent as a picture

/** The area, positive where the corners run clockwise on a screen (y points down). */
export function signedArea(points) {
  let twice = 0;
  for (let i = 0; i < points.length; i += 1) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[(i + 1) % points.length];
    twice += x * nextY - nextX * y;
  }
  return twice / 2;
}

/** The closed polygon with the corners that matter at this tolerance (Ramer, Douglas, Peucker). */
export function simplify(points, tolerance) {
  if (points.length < 4) return points;
  const ring = [...points, points[0]];
  const far = farthest(ring, 0, points.length).index;
  const kept = new Set([0, far]);
  const spans = [[0, far], [far, points.length]];
  while (spans.length) {
    const [first, last] = spans.pop();
    const { index, distance } = farthest(ring, first, last);
    if (distance <= tolerance) continue;
    kept.add(index);
    spans.push([first, index], [index, last]);
  }
  return [...kept].sort((a, b) => a - b).map((index) => ring[index]);
}

function farthest(ring, first, last) {
  const found = { index: first, distance: 0 };
  for (let i = first + 1; i < last; i += 1) {
    const distance = fromSegment(ring[i], ring[first], ring[last]);
    if (distance > found.distance) Object.assign(found, { index: i, distance });
  }
  return found;
}

function fromSegment([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** Whole, clockwise corners inside the picture, at most `most`; nothing where there is no area. */
export function outline(points, { width, height }, most = FINE) {
  const inside = points.map(([x, y]) => [clamp(x, 0, width), clamp(y, 0, height)]);
  let tolerance = 0.5;
  let corners = whole(simplify(inside, tolerance));
  while (corners.length > most) {
    tolerance *= 1.4;
    corners = whole(simplify(inside, tolerance));
  }
  const area = signedArea(corners);
  if (Math.abs(area) < 1) return null;
  return area > 0 ? corners : corners.reverse();
}

function whole(points) {
  const rounded = points.map(([x, y]) => [Math.round(x), Math.round(y)]);
  return rounded.filter(([x, y], i) => {
    const [beforeX, beforeY] = rounded[(i || rounded.length) - 1];
    return x !== beforeX || y !== beforeY;
  });
}

/** The shapes as areas of at most `most` corners in all, or nothing where they cannot be so few. */
export function areasOf(shapes, size, most) {
  for (let limit = FINE; limit >= COARSE; limit = Math.floor(limit / 2)) {
    const outlines = shapes.map(({ points }) => outline(points, size, limit)).filter(Boolean);
    if (outlines.reduce((sum, corners) => sum + corners.length, 0) <= most) {
      return outlines.map((corners) => ({ ...size, points: corners.flat() }));
    }
  }
  return null;
}
