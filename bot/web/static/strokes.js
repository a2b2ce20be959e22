// Strokes, the steps that a mask is made of, and how each is painted. In the ground's pixels, one of
// {kind: "rectangle" or "lasso", points}, {kind: "brush" or "eraser", points, size} and
// {kind: "invert"}.

export const SHAPES = new Set(["rectangle", "lasso"]);

/** Paint a stroke: opaque is what is to be repainted. */
export function paint(context, stroke, { width, height }) {
  context.save();
  context.fillStyle = context.strokeStyle = "#fff";
  if (stroke.kind === "invert") {
    context.globalCompositeOperation = "xor";
    context.fillRect(0, 0, width, height);
  } else if (SHAPES.has(stroke.kind)) {
    context.fill(polygon(stroke.points));
  } else {
    if (stroke.kind === "eraser") context.globalCompositeOperation = "destination-out";
    paintTrail(context, stroke);
  }
  context.restore();
}

export function polygon(points) {
  const path = new Path2D();
  for (const [x, y] of points) path.lineTo(x, y);
  path.closePath();
  return path;
}

function paintTrail(context, { points, size }) {
  const [first] = points;
  context.beginPath();
  if (points.length === 1) {
    context.arc(...first, size / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.lineWidth = size;
  context.lineCap = context.lineJoin = "round";
  context.moveTo(...first);
  // Through the middles, so that a quick hand still draws a curve.
  for (let i = 1; i < points.length - 1; i += 1) {
    const [[x, y], [nextX, nextY]] = [points[i], points[i + 1]];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(...points.at(-1));
  context.stroke();
}
