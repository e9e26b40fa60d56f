// Where the labels of digits go, so that none hides another digit. Pure functions.

// Of .boxes button::before in style.css, in pixels; `gap` to the box.
const kLarge = { width: 26, height: 23, gap: 3, small: false };
const kSmall = { width: 16, height: 17, gap: 2, small: true };

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width &&
  a.y < b.y + b.height && b.y < a.y + a.height;

const inside = (a, sheet) => a.x >= 0 && a.y >= 0 &&
  a.x + a.width <= sheet.width && a.y + a.height <= sheet.height;

// The best first. The last is always possible: a digit hidden in part by its own label.
function candidates(box, sheet) {
  const at = (size, x, y) => ({ x, y, width: size.width, height: size.height, small: size.small });
  const start = size => box.x + Math.min(0, (box.width - size.width) / 2); // in its middle if wider
  const above = size => at(size, start(size), box.y - size.height - size.gap);
  const below = size => at(size, start(size), box.y + box.height + size.gap);
  const left = size => at(size, box.x - size.width - size.gap, box.y);
  const right = size => at(size, box.x + box.width + size.gap, box.y);
  return [above(kLarge), below(kLarge), above(kSmall), left(kSmall), right(kSmall), below(kSmall)]
    .filter(label => inside(label, sheet))
    .concat(at(kSmall, box.x + kSmall.gap, box.y + kSmall.gap));
}

// boxes: [{ x, y, width, height }] on the sheet { width, height } -> for each, its label's place
// { x, y, width, height, small } on the sheet.
export function placeLabels(boxes, sheet) {
  const labels = [];
  for (const box of boxes) {
    const free = label => boxes.every(other => other === box || !overlap(label, other)) &&
      labels.every(other => !overlap(label, other));
    const possible = candidates(box, sheet);
    labels.push(possible.find(free) ?? possible.at(-1));
  }
  return labels;
}
