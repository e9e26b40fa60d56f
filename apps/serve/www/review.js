// Goes through the folder of mnist-serve --review: one picture, one key. A label is on the server's
// disk before the next picture is shown.
import { call } from "./api.js";
import { percent } from "./words.js";

const $ = id => document.getElementById(id);
const kNone = "none";
const kReasons = {
  blank: "It finds nothing there.",
  "not-a-digit": "It does not take this for a digit.",
  "several-digits": "It sees more than one digit.",
  unsure: "It is unsure.",
};

let pictures = [];
let list = "";
let at = 0;
let busy = false; // a label is on its way
let seen = -1; // the picture that is shown, or about which the page says why it cannot be
const bitmaps = new Map(); // number of a picture -> promise of it

const keys = [..."0123456789", kNone, null].map(label => {
  const key = document.createElement("button");
  key.type = "button";
  key.textContent = label === kNone ? "Not a digit (N)" : label ?? "No label (⌫)";
  key.className = label === kNone ? "none" : label === null ? "clear" : "";
  key.addEventListener("click", () => give(label));
  $("labels").append(key);
  return { label, key };
});

function fault(error) {
  $("guess").textContent = "This did not work";
  $("detail").textContent = $("spoken").textContent = `${error.message}.`;
}

function bitmapOf(index) {
  if (!bitmaps.has(index)) {
    bitmaps.set(index, call(`api/review/picture?index=${index}`)
      .then(response => response.blob()).then(blob => createImageBitmap(blob)));
    for (const old of bitmaps.keys()) { // a few are enough
      if (Math.abs(old - at) > 8) bitmaps.delete(old);
    }
  }
  return bitmaps.get(index);
}

function paint(bitmap, name) {
  const canvas = $("picture");
  canvas.width = bitmap?.width ?? 1;
  canvas.height = bitmap?.height ?? 1;
  if (bitmap) canvas.getContext("2d").drawImage(bitmap, 0, 0);
  canvas.setAttribute("aria-label", `Picture ${at + 1}, ${name}`);
  canvas.dataset.shown = bitmap ? at : "";
}

const labelled = () => pictures.filter(picture => picture.label !== null).length;

// "3" -> "a 3", "8" -> "an 8"
const named = digit => `${String(digit) === "8" ? "an" : "a"} ${digit}`;

function showProgress() {
  const count = labelled();
  $("count").textContent = `${at + 1} of ${pictures.length} · ${count} labelled`;
  $("progress").max = pictures.length;
  $("progress").value = count;
  $("train").textContent = count === 0 ? `Labels are written to ${list}`
    : `${count === pictures.length ? "All are labelled. " : ""}The labels are in ${list}: to train ` +
      "on them, name this file under data.sources in the config.";
}

async function show(index) {
  at = Math.min(Math.max(index, 0), pictures.length - 1);
  if (seen !== at) {
    seen = -1;
    paint(null, "");
  }
  const { name, digit, confidence, reason, label } = pictures[at];
  $("name").textContent = $("name").title = name;
  $("guess").textContent = digit === null ? "No guess"
    : `${reason ? "Looks like" : "Probably"} ${named(digit)}`;
  $("detail").textContent = [kReasons[reason] ?? reason, digit === null ? "" : `${percent(confidence)} sure of the ${digit}.`]
    .filter(Boolean).join(" ");
  for (const each of keys) {
    each.key.setAttribute("aria-pressed", each.label !== null && each.label === label);
    each.key.classList.toggle("guess", label === null && each.label === String(digit));
  }
  $("previous").setAttribute("aria-disabled", at === 0);
  $("next").setAttribute("aria-disabled", at === pictures.length - 1);
  showProgress();
  $("spoken").textContent = `Picture ${at + 1} of ${pictures.length}. ${$("guess").textContent}` +
    (label === null ? "" : `. Labelled: ${label === kNone ? "not a digit" : label}`);
  const turn = at;
  try {
    const bitmap = await bitmapOf(turn);
    if (turn !== at) return;
    seen = at;
    paint(bitmap, name);
    if (at + 1 < pictures.length) bitmapOf(at + 1).catch(() => {});
  } catch (error) {
    bitmaps.delete(turn);
    if (turn !== at) return;
    seen = at;
    fault(error);
  }
}

// The next one without a label; past the last, the one after this.
function onwards() {
  const next = pictures.findIndex((picture, i) => i > at && picture.label === null);
  show(next >= 0 ? next : at + 1);
}

// Nobody labels what is not shown yet.
async function give(label) {
  if (busy || seen !== at || pictures.length === 0) return;
  busy = true;
  const index = at;
  try {
    await call(`api/review/label?index=${index}${label === null ? "" : `&label=${label}`}`, new Blob([]));
    pictures[index].label = label;
    if (index !== at || label === null) show(at);
    else onwards();
  } catch (error) {
    fault(error);
  } finally {
    busy = false;
  }
}

$("previous").addEventListener("click", () => show(at - 1));
$("next").addEventListener("click", () => show(at + 1));
addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || pictures.length === 0) return;
  if (event.repeat && !event.key.startsWith("Arrow")) return; // one key, one picture
  const key = event.key.toLowerCase();
  if (/^[0-9]$/.test(key)) give(key);
  else if (key === "n") give(kNone);
  else if (key === "backspace" || key === "delete") give(null);
  else if (key === "arrowleft") show(at - 1);
  else if (key === "arrowright") show(at + 1);
  else return;
  event.preventDefault();
});

async function begin() {
  try {
    const answer = await (await call("api/review")).json();
    ({ pictures, list } = answer);
    const first = pictures.findIndex(picture => picture.label === null);
    show(Math.max(first, 0));
  } catch (error) {
    $("count").textContent = "";
    fault(error);
  }
}
addEventListener("hashchange", begin); // with the token that came with it
begin();
