// Connects the drawing surface, the server's answers and what is shown of them.
import { Questions } from "./answer.js";
import { Correcting } from "./correcting.js";
import { Drawing } from "./drawing.js";
import { placeLabels } from "./labels.js";
import { describe, describeError, explain, kEmpty, kOffline, kReading, percent, ranked } from "./words.js";

const $ = id => document.getElementById(id);
const kWhileDrawing = 110; // milliseconds between questions while the pen is down
const kAfterDrawing = 20;
const kBeforeSpeaking = 700; // what changes sooner is not read out
const kBeforeReading = 400; // an old answer stays no longer than this, unless the pen moves
const kLargest = 20 << 20; // bytes of a picture that is sent as it is
const kSentAsIs = { "image/png": "\x89PNG", "image/jpeg": "\xff\xd8\xff" }; // how it begins
const kSeen = 4; // with more digits, "What it sees" shows only the chosen one

const drawing = new Drawing($("drawing"), $("pen"));
const questions = new Questions();

// --- the answer ---

const bars = Array.from({ length: 10 }, (_, digit) => {
  const column = document.createElement("div");
  column.className = "bar";
  const fill = document.createElement("i");
  const label = document.createElement("b");
  label.textContent = digit;
  column.append(fill, label);
  $("bars").append(column);
  return { column, fill };
});

let selected = 0; // which of several digits the bars and the 28x28 are about
let speaking = 0;

function say(words) {
  $("answer").dataset.state = words.state;
  $("digit").textContent = words.digit;
  $("digit").dataset.length = Math.min(words.digit.length, 9);
  $("headline").textContent = words.headline;
  $("detail").textContent = words.detail;
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    $("spoken").textContent = `${words.headline}. ${words.detail}`;
  }, kBeforeSpeaking);
}

function showBars(probabilities) {
  const known = probabilities?.some(p => p > 0);
  const best = known ? ranked(probabilities)[0].digit : -1;
  bars.forEach(({ column, fill }, digit) => {
    fill.style.transform = `scaleY(${known ? Math.max(probabilities[digit], 0.012) : 0.012})`;
    column.classList.toggle("best", digit === best);
    column.title = known ? `${digit}: ${percent(probabilities[digit])}` : "";
  });
  $("bars").setAttribute("aria-label", known
    ? "Probabilities: " + ranked(probabilities).slice(0, 3)
      .map(({ digit, probability }) => `${digit}, ${percent(probability)}`).join("; ")
    : "No probabilities yet");
}

async function bitmapOf(base64) {
  const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: "image/png" }));
}

// The server's 28x28 is light on black; it is shown as ink on paper, in the page's own colours.
function paintSeen(canvas, bitmap) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.clearRect(0, 0, 28, 28);
  if (!bitmap) return;
  context.drawImage(bitmap, 0, 0);
  const image = context.getImageData(0, 0, 28, 28);
  const [r, g, b] = getComputedStyle($("drawing")).color.match(/[\d.]+/g).map(Number);
  for (let i = 0; i < image.data.length; i += 4) {
    const ink = image.data[i];
    image.data.set([r, g, b, ink], i);
  }
  context.putImageData(image, 0, 0);
}

// What a person says it is, if the server keeps that.
const correcting = new Correcting({
  picture: () => drawing.blob(),
  box: () => shownAnswer?.digits?.[selected].box,
  say: text => {
    $("detail").textContent = $("spoken").textContent = text;
  },
});

let painting = 0;
async function showSeen(predictions) {
  const turn = ++painting;
  const bitmaps = await Promise.all(predictions.map(p => (p.input ? bitmapOf(p.input) : null)));
  if (turn !== painting) return; // a later answer came meanwhile
  const all = predictions.length ? predictions : [{}];
  const shown = all.length > kSeen ? [selected] : [...all.keys()];
  $("seen").replaceChildren(...shown.map(i => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 28;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", bitmaps[i] && all[i].reason !== "blank"
      ? `The digit as 28 by 28 pixels, ${i + 1} of ${all.length}` : "Nothing seen yet");
    canvas.classList.toggle("selected", shown.length > 1 && i === selected);
    paintSeen(canvas, bitmaps[i]);
    return canvas;
  }));
  $("seen").classList.toggle("several", shown.length > 1);
}

function showBoxes(digits) {
  const margin = 6;
  const places = digits.map(digit => {
    const [x, y, width, height] = drawing.place(digit.box);
    return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
  });
  const sheet = { width: $("sheet").clientWidth, height: $("sheet").clientHeight };
  const labels = placeLabels(places, sheet);
  $("boxes").replaceChildren(...digits.map((digit, i) => {
    const box = document.createElement("button");
    box.type = "button";
    const { x, y, width, height } = places[i];
    const label = labels[i];
    box.style.cssText = Object.entries({
      left: x, top: y, width, height,
      "--label-x": label.x - x, "--label-y": label.y - y,
      "--label-width": label.width, "--label-height": label.height,
    }).map(([property, pixels]) => `${property}: ${pixels}px`).join("; ");
    const name = digit.digit ?? "?";
    box.dataset.digit = name;
    box.classList.toggle("doubt", digit.digit === null || digit.confidence < 0.9);
    box.classList.toggle("small", label.small);
    box.classList.toggle("selected", i === selected);
    box.setAttribute("aria-label", `Digit ${i + 1} of ${digits.length}: ` +
      (digit.digit === null ? "can’t be read" : `${name}, ${percent(digit.confidence)} sure`));
    box.setAttribute("aria-pressed", i === selected);
    box.addEventListener("click", () => {
      selected = i;
      correcting.turn();
      showDigits(digits);
      $("boxes").children[i].focus();
    });
    return box;
  }));
}

function showDigits(digits) {
  showBoxes(digits);
  showBars(digits[selected].probabilities);
  showSeen(digits);
}

// How the answer came about, find by find; written only for those who look.
let finds = null;
function showSteps() {
  $("steps").classList.toggle("absent", !finds);
  const words = finds && $("steps").open ? explain(finds) : [];
  $("finds").replaceChildren(...words.map(sentence => {
    const step = document.createElement("li");
    step.textContent = sentence;
    return step;
  }));
}
$("steps").addEventListener("toggle", showSteps);

function showAnswer(answer) {
  shownAnswer = answer;
  finds = answer.finds ?? null;
  showSteps();
  correcting.turn();
  correcting.offer(true);
  say(describe(answer));
  if (answer.digits?.length) {
    // The least certain one needs explaining most.
    selected = answer.digits.reduce(
      (least, digit, i) => (digit.confidence < answer.digits[least].confidence ? i : least), 0);
    showDigits(answer.digits);
  } else {
    selected = 0;
    showBoxes([]);
    showBars(answer.probabilities);
    showSeen([answer]);
  }
}

function showNothing(words) {
  shownAnswer = null;
  correcting.turn();
  correcting.offer(false);
  finds = null;
  showSteps();
  say(words);
  showBoxes([]);
  showBars(null);
  showSeen([]);
}

let shownAnswer = null;
let offline = false;
let overdue = 0;

function busy(yes) {
  $("answer").setAttribute("aria-busy", yes);
  clearTimeout(overdue);
  if (yes && !offline) overdue = setTimeout(() => showNothing(kReading), kBeforeReading);
}

function askAgain() {
  if (drawing.isEmpty) return;
  questions.forget();
  busy(true);
  questions.ask(() => drawing.blob(), kAfterDrawing);
}

questions.addEventListener("answer", ({ detail }) => {
  showAnswer(detail.answer);
  busy(!detail.latest);
});
questions.addEventListener("refusal", ({ detail }) => {
  showNothing(describeError(detail.status, detail.answer?.reason));
  busy(!detail.latest);
});
questions.addEventListener("offline", () => {
  offline = true;
  clearTimeout(overdue);
  showNothing(kOffline);
});
questions.addEventListener("online", () => {
  offline = false;
  correcting.ask();
  if (drawing.isEmpty) showNothing(kEmpty);
  askAgain();
});
addEventListener("hashchange", askAgain); // with the token that came with it
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (shownAnswer) showSeen(shownAnswer.digits ?? [shownAnswer]);
});

// --- the drawing ---

let asked = 0;
let reading = 0; // counts files and later actions: a file that is ready too late is left out
drawing.addEventListener("change", ({ detail }) => {
  reading++;
  correcting.forget();
  $("undo").setAttribute("aria-disabled", !drawing.canUndo);
  $("clear").setAttribute("aria-disabled", drawing.isEmpty);
  $("sheet").classList.toggle("empty", drawing.isEmpty);
  $("sheet").classList.toggle("drawing", detail.drawing);
  showBoxes([]);
  if (detail.anew) questions.forget();
  if (drawing.isEmpty) {
    busy(false);
    if (!offline) showNothing(kEmpty);
    return;
  }
  busy(true);
  // Now and then while the pen moves; at once when it is lifted.
  const rest = asked + kWhileDrawing - performance.now();
  questions.ask(() => {
    asked = performance.now();
    return drawing.blob();
  }, detail.drawing ? Math.max(0, rest) : kAfterDrawing);
});
drawing.addEventListener("resize", () => {
  correcting.forget(); // the picture has other pixels now
  showBoxes([]); // they lie elsewhere now
  askAgain();
});

$("undo").addEventListener("click", () => drawing.undo());
$("clear").addEventListener("click", () => drawing.clear());
for (const radio of document.querySelectorAll("[name=width]")) {
  radio.addEventListener("change", () => (drawing.width = radio.value));
  if (radio.checked) drawing.width = radio.value;
}
addEventListener("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey) {
    event.preventDefault();
    drawing.undo();
  } else if (event.key === "Escape" && !correcting.close()) {
    drawing.clear();
  }
});

// --- pictures ---

// The bytes as they are now: the file may change later. They have a type if the server reads them;
// a file's name may be wrong.
async function copy(file) {
  const bytes = await file.arrayBuffer();
  const start = String.fromCharCode(...new Uint8Array(bytes.slice(0, 4)));
  const type = Object.keys(kSentAsIs).find(each => start.startsWith(kSentAsIs[each]));
  return new Blob([bytes], { type });
}

// A picture is sent as it is if the server reads its kind, so the answer is that of mnist-predict
// for the same file. Kinds that only the browser reads are sent as PNG.
async function sendable(bytes, image) {
  if (bytes.type && (bytes.size <= kLargest || !image)) return bytes;
  if (!image) return null;
  const scale = Math.min(1, 2000 / Math.max(image.width, image.height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/png" });
}

async function read(file) {
  const turn = ++reading;
  const bytes = await copy(file).catch(() => new Blob());
  const image = await createImageBitmap(file).catch(() => null);
  const blob = await sendable(bytes, image);
  const shown = image && (await createImageBitmap(blob).catch(() => image));
  if (turn !== reading) return;
  if (shown) {
    drawing.show(shown, blob);
    return;
  }
  drawing.clear(); // it cannot be shown
  if (blob) {
    busy(true);
    questions.ask(() => blob); // the server knows why it cannot be read
  } else {
    showNothing(describeError(422, "this file contains no pixels that the browser can read"));
  }
}

$("upload").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  if ($("file").files.length) read($("file").files[0]);
  $("file").value = ""; // so that the same file can be chosen again
});
addEventListener("paste", event => {
  const file = [...event.clipboardData.files].find(each => each.type.startsWith("image/"));
  if (file) read(file);
});
let depth = 0; // dragenter and dragleave fire for every element on the way
const carriesFiles = event => event.dataTransfer?.types.includes("Files");
addEventListener("dragenter", event => {
  if (carriesFiles(event)) $("sheet").classList.toggle("dropping", ++depth > 0);
});
addEventListener("dragleave", event => {
  if (carriesFiles(event)) $("sheet").classList.toggle("dropping", --depth > 0);
});
addEventListener("dragover", event => event.preventDefault());
addEventListener("drop", event => {
  event.preventDefault();
  depth = 0;
  $("sheet").classList.remove("dropping");
  if (event.dataTransfer.files.length) read(event.dataTransfer.files[0]);
});

$("sheet").classList.add("empty");
$("pen").hidden = true;
showNothing(kEmpty);
