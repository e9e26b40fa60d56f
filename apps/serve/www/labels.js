// Where the labels of digits go: they hide no other digit if there is room. Pure functions.

const kLarge = { width: 26, height: 23, gap: 3, small: false };
const kSmall = { width: 16, height: 17, gap: 2, small: true };

const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width &&
  a.y < b.y + b.height && b.y < a.y + a.height;

const clamp = (value, most) => Math.max(0, Math.min(value, most));

// Best first. The last ones hide part of their own digit.
function candidates(box, sheet) {
  const at = ({ width, height, small }, x, y) => ({ x, y, width, height, small });
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  // Centred on a box narrower than a label, and never beyond the sheet.
  const column = size =>
    clamp(box.x + Math.min(0, (box.width - size.width) / 2), sheet.width - size.width);
  const row = size => clamp(box.y, sheet.height - size.height);
  const above = size => at(size, column(size), box.y - size.height - size.gap);
  const below = size => at(size, column(size), bottom + size.gap);
  const within = size => at(size, clamp(box.x + size.gap, sheet.width - size.width),
    clamp(box.y + size.gap, sheet.height - size.height));
  const beside = [above(kLarge), below(kLarge), above(kSmall),
    at(kSmall, box.x - kSmall.width - kSmall.gap, row(kSmall)),
    at(kSmall, right + kSmall.gap, row(kSmall)), below(kSmall)];
  const onSheet = label => label.x >= 0 && label.x + label.width <= sheet.width &&
    label.y >= 0 && label.y + label.height <= sheet.height;
  const roomy = box.width > 3 * kLarge.width && box.height > 3 * kLarge.height;
  return [...beside.filter(onSheet), within(roomy ? kLarge : kSmall)];
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
