// Digits as a hand draws them: pointer strokes in a square of side 1, x to the right, y down.
// Curves are cubic Béziers, as in SVG paths.

const kDigits = {
  0: ["M.55 0C.15 .02 .12 .4 .14 .6C.17 1.08 .82 1.08 .86 .55C.89 .15 .75 0 .5 0"],
  1: ["M.3 .22L.55 0L.55 1"],
  2: ["M.15 .25C.2 -.08 .82 -.08 .8 .28C.79 .55 .3 .8 .12 1L.88 .98"],
  3: ["M.18 .12C.4 -.1 .85 .02 .76 .28C.7 .45 .5 .48 .38 .48C.65 .46 .9 .6 .82 .82C.72 1.08 .3 1.05 .13 .88"],
  4: ["M.58 0L.12 .64L.9 .64", "M.66 .36L.66 1"],
  5: ["M.8 .02L.28 .03L.22 .45C.45 .3 .85 .38 .82 .7C.8 1.05 .35 1.05 .15 .9"],
  6: ["M.68 0C.35 .18 .14 .5 .17 .74C.22 1.08 .8 1.06 .8 .72C.79 .42 .35 .42 .2 .7"],
  7: ["M.12 .04L.86 .03C.65 .35 .48 .65 .42 1"],
  8: ["M.78 .12C.6 -.08 .2 0 .25 .25C.3 .48 .8 .5 .8 .76C.78 1.06 .2 1.06 .2 .76C.2 .52 .72 .45 .78 .12"],
  9: ["M.78 .2C.62 -.08 .18 .02 .2 .28C.22 .55 .7 .52 .78 .2C.78 .5 .74 .8 .66 1"],
};

// As they are taught in much of Europe.
export const kLongOne = ["M.05 .6L.58 0L.58 1"];
export const kCrossedSeven = ["M.12 .05L.86 .03C.65 .35 .48 .65 .42 1", "M.28 .52L.8 .47"];
export const kLoopedTwo = ["M.15 .25C.2 -.08 .82 -.08 .8 .28C.79 .6 .35 .95 .17 .98C.02 .99 .04 .78 .2 .82C.4 .87 .6 1.02 .94 .92"];

// Things that are not digits.
export const kHouse = ["M.1 .45L.5 .05L.9 .45", "M.18 .4L.18 .98L.82 .98L.82 .4", "M.42 .98L.42 .65L.6 .65L.6 .98", "M.3 .5L.42 .5L.42 .6L.3 .6L.3 .5"];
export const kScribble = Array.from({ length: 12 }, (_, i) => `M${(i % 4) / 4} ${Math.floor(i / 4) / 3}L${(i % 4) / 4 + 0.2} ${Math.floor(i / 4) / 3 + 0.25}L${(i % 4) / 4} ${Math.floor(i / 4) / 3 + 0.25}L${(i % 4) / 4 + 0.2} ${Math.floor(i / 4) / 3}`);
export const kLetter = ["M.05 1L.5 0L.95 1", "M.22 .62L.78 .62"];

function points(path, count = 9) {
  const result = [];
  let at = [0, 0];
  for (const [, command, numbers] of path.matchAll(/([MLC])([^MLC]*)/g)) {
    const n = numbers.match(/-?\d*\.?\d+/g).map(Number);
    if (command === "C") {
      const [p0, p1, p2, p3] = [at, [n[0], n[1]], [n[2], n[3]], [n[4], n[5]]];
      for (let i = 1; i <= count; i++) {
        const t = i / count, s = 1 - t;
        result.push([0, 1].map(k => s ** 3 * p0[k] + 3 * s * s * t * p1[k] + 3 * s * t * t * p2[k] + t ** 3 * p3[k]));
      }
      at = p3;
    } else {
      const steps = command === "M" ? 1 : 4;
      for (let i = 1; i <= steps; i++) {
        result.push([0, 1].map(k => at[k] + ((n[k] - at[k]) * i) / steps));
      }
      at = [n[0], n[1]];
    }
  }
  return result;
}

// Strokes in pixels; `place` is { left, top, width, height } of where to draw.
export function strokes(what, place) {
  const paths = Array.isArray(what) ? what : kDigits[what];
  return paths.map(path => points(path).map(
    ([x, y]) => [place.left + x * place.width, place.top + y * place.height]));
}

export async function drawByMouse(page, lines) {
  for (const line of lines) {
    await page.mouse.move(...line[0]);
    await page.mouse.down();
    for (const point of line.slice(1)) await page.mouse.move(...point);
    await page.mouse.up();
  }
}

// `session` is a CDP session of the page: fingers reach the browser as from a touch screen.
export async function drawByTouch(session, lines) {
  const send = (type, touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  for (const line of lines) {
    await send("touchStart", [{ x: line[0][0], y: line[0][1] }]);
    for (const [x, y] of line.slice(1)) await send("touchMove", [{ x, y }]);
    await send("touchEnd", []);
  }
}
