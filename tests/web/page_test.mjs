// The page of mnist-serve in a real Chromium (run_page_tests.sh).
// Longer than 400 lines: all tests use one browser, which takes seconds to start.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as connect } from "node:http";
import { after, before, test } from "node:test";

import { placeLabels } from "../../apps/serve/www/labels.js";
import { describe, describeError } from "../../apps/serve/www/words.js";
import { accessible, fits, kDesk, kPhone, launch, openPage, quit, serve } from "./browser.js";
import {
  drawByMouse, drawByTouch, kCrossedSeven, kHouse, kLetter, kLongOne, kLoopedTwo, kScribble, strokes,
} from "./pen.js";

const kSmallest = 200; // pixels of a sheet that can be drawn on

let server;
before(async () => {
  server = await serve("--port", "0");
  await launch();
});
after(async () => {
  await quit();
  await server?.stop();
});

const open = (options = kDesk, { url = server.url, ...more } = {}) => openPage(url, options, more);

// The size of what is drawn, in CSS pixels.
const inkSize = page => page.evaluate(() => {
  const canvas = document.getElementById("drawing");
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] === 0) continue;
    const [x, y] = [((i - 3) / 4) % width, Math.floor((i - 3) / 4 / width)];
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  }
  const ratio = width / canvas.clientWidth;
  return [Math.round((right - left) / ratio), Math.round((bottom - top) / ratio)];
});

// A picture file of the given lines, made by the browser.
const pictureOf = (page, lines, type = "image/png") => page.evaluate(async ({ lines, type }) => {
  const canvas = new OffscreenCanvas(300, 400);
  const context = canvas.getContext("2d");
  context.fillStyle = "#e8e4da";
  context.fillRect(0, 0, 300, 400);
  context.strokeStyle = "#223";
  context.lineWidth = 16;
  context.lineCap = context.lineJoin = "round";
  for (const line of lines) {
    context.beginPath();
    for (const point of line) context.lineTo(...point);
    context.stroke();
  }
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}, { lines, type });
const kOnPicture = { left: 90, top: 100, width: 120, height: 200 };

test("the words for each answer are honest", () => {
  const one = (digit, confidence, reason = null) => {
    const probabilities = Array(10).fill(0);
    probabilities[7] = confidence;
    probabilities[1] = 1 - confidence;
    return { digit: reason ? null : digit, confidence, reason, probabilities };
  };
  assert.equal(describe(one(7, 0.999)).headline, "This is a 7");
  assert.equal(describe(one(7, 0.999)).detail, "More than 99 % sure.");
  assert.equal(describe(one(7, 0.7)).headline, "Probably a 7");
  assert.equal(describe(one(7, 0.7)).detail, "70 % sure. It could be a 1.");
  assert.equal(describe(one(7, 0.55, "unsure")).headline, "Could be a 7 or a 1");
  assert.equal(describe(one(7, 0.9, "not-a-digit")).headline, "This doesn’t look like a digit");
  assert.equal(describe(one(7, 0, "blank")).headline, "There is no ink here");
  const several = (...digits) => ({
    text: digits.map(([d]) => d ?? "?").join(""), confidence: Math.min(...digits.map(d => d[1])),
    digits: digits.map(([digit, confidence, reason = null]) => ({ digit, confidence, reason })),
  });
  const strange = [null, 0.6, "not-a-digit"];
  const unsure = [null, 0.6, "unsure"];
  assert.equal(describe(several([4, 0.99], [2, 0.95])).headline, "This is 42");
  assert.equal(describe(several([4, 0.99], [2, 0.6])).headline, "Probably 42");
  assert.equal(describe(several([4, 0.99], strange)).detail, "One of them can’t be told.");
  assert.equal(describe(several(strange, strange)).state, "nothing");
  assert.equal(describe(several(strange, [0, 0.9], strange)).detail, "3 marks, and 2 of them can’t be read.");
  assert.equal(describe(several(unsure, [0, 0.9], unsure)).headline, "3 digits, not all of them clear");
  assert.equal(describe(several(unsure, unsure)).state, "doubt");
  assert.equal(describeError(413, "the body is larger than 24 MiB").detail, "The body is larger than 24 MiB.");
});

test("labels stand beside their boxes and hide no other digit", () => {
  const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width &&
    a.y < b.y + b.height && b.y < a.y + a.height;
  const sheet = { width: 358, height: 478 };
  const place = (...boxes) => placeLabels(boxes.map(([x, y, width, height]) => ({ x, y, width, height })), sheet);
  const onSheet = label => label.x >= 0 && label.x + label.width <= sheet.width &&
    label.y >= 0 && label.y + label.height <= sheet.height;
  const only = (...box) => place(box)[0];
  assert.equal(only(100, 100, 40, 60).y, 100 - 26);
  assert.equal(only(100, 10, 40, 60).y, 10 + 60 + 3);
  assert.equal(only(100, 100, 20, 60).x, 97, "in the middle above what is narrower");
  assert.deepEqual(only(-6, 143, 185, 191), { x: 0, y: 117, width: 26, height: 23, small: false });
  assert.deepEqual(only(-6, -6, 370, 490), { x: 0, y: 0, width: 26, height: 23, small: false });
  for (const label of place([-6, -6, 182, 490], [176, -6, 188, 490])) assert.ok(onSheet(label));
  for (const [down, across] of [[64, 44], [50, 60], [100, 38]]) {
    const boxes = [];
    for (let y = 30; y + 46 < sheet.height; y += down) {
      for (let x = 20; x + 34 < sheet.width; x += across) boxes.push({ x, y, width: 24, height: 46 });
    }
    const labels = placeLabels(boxes, sheet);
    for (const [i, label] of labels.entries()) {
      const near = { x: label.x - 4, y: label.y - 4, width: label.width + 8, height: label.height + 8 };
      assert.ok(onSheet(label) && overlap(near, boxes[i]), `label ${i} is away from its box`);
      assert.ok(!boxes.some(box => overlap(label, box)), `label ${i} hides a digit`);
      assert.ok(!labels.some((other, j) => j !== i && overlap(label, other)), `label ${i} hides a label`);
    }
  }
});

for (const [way, options, draw] of [["mouse", kDesk, drawByMouse], ["touch", kPhone, drawByTouch]]) {
  test(`all ten digits are read, drawn by ${way}, thin and thick, centred and in a corner`, async () => {
    const { page, area, settled, text, close } = await open(options);
    const hand = way === "touch" ? await page.context().newCDPSession(page) : page;
    const at = await area();
    const wide = options === kPhone ? 0.5 : 0.26; // of the surface, which is upright on a phone
    const high = options === kPhone ? 0.55 : 0.6;
    const wrong = [];
    for (const width of ["thin", "thick"]) {
      await page.check(`[name=width][value=${width}]`, { force: true });
      for (const [spot, place] of [
        ["centre", at((1 - wide) / 2, (1 - high) / 2, wide, high)],
        ["corner", at(0.05, 0.06, wide * 0.6, high * 0.6)],
      ]) {
        for (let digit = 0; digit <= 9; digit++) {
          await page.evaluate(() => document.getElementById("clear").click());
          await draw(hand, strokes(digit, place));
          await settled();
          const answer = await text("digit");
          if (answer !== String(digit)) wrong.push(`${digit} as ${answer} (${width}, ${spot})`);
        }
      }
    }
    console.log(`${way}: ${40 - wrong.length} of 40 right ${wrong.join("; ")}`);
    assert.ok(wrong.length <= 2, wrong.join("; "));
    await close();
  });
}

test("a 1 with a long up-stroke, a crossed 7, a looped 2, alone and in one line", async () => {
  const { page, area, settled, text, shot, close } = await open();
  const at = await area();
  for (const [name, what, digit] of [
    ["long-one", kLongOne, "1"], ["crossed-seven", kCrossedSeven, "7"], ["looped-two", kLoopedTwo, "2"],
  ]) {
    await page.evaluate(() => document.getElementById("clear").click());
    await drawByMouse(page, strokes(what, at(0.37, 0.2, 0.26, 0.6)));
    await settled();
    await shot(name);
    assert.equal(await text("digit"), digit, name);
  }
  await page.evaluate(() => document.getElementById("clear").click());
  for (const [i, what] of [kLongOne, kCrossedSeven, kLongOne, kCrossedSeven].entries()) {
    await drawByMouse(page, strokes(what, at(0.06 + 0.23 * i, 0.3, 0.16, 0.4)));
  }
  await settled();
  await shot("1717");
  assert.equal(await text("digit"), "1717");
  await close();
});

test("empty, a digit, a letter, a house, a scribble: the page says what the server says", async () => {
  const { page, area, settled, text, shot, close } = await open();
  await shot("empty");
  assert.equal(await text("headline"), "Nothing to read yet");
  const at = await area();
  for (const [name, what] of [["three", 3], ["letter", kLetter], ["house", kHouse], ["scribble", kScribble]]) {
    await page.click("#clear", { force: true }).catch(() => {});
    let answer;
    const listen = async response => {
      if (response.url().includes("/api/predict")) answer = await response.json();
    };
    page.on("response", listen);
    await drawByMouse(page, strokes(what, at(0.35, 0.2, 0.3, 0.6)));
    await settled();
    await page.waitForTimeout(100);
    page.off("response", listen);
    const words = describe(answer);
    assert.equal(await text("headline"), words.headline);
    assert.equal(await text("digit"), words.digit);
    if (name === "three") assert.equal(answer.digit, 3);
    if (name === "scribble") {
      assert.equal(answer.status, "rejected");
      assert.equal(words.headline, "This doesn’t look like a digit");
    }
    console.log(`${name}: ${answer.status} ${answer.digit} ${answer.confidence} ${answer.reason}`);
    await shot(name);
  }
  await close();
});

test("two digits side by side are a number, each with its box", async () => {
  for (const [name, options] of [["two", kDesk], ["two-phone-dark", { ...kPhone, colorScheme: "dark" }]]) {
    const { page, area, settled, text, shot, close } = await open(options);
    const at = await area();
    const places = [at(0.12, 0.25, 0.28, 0.45), at(0.58, 0.25, 0.28, 0.45)];
    await drawByMouse(page, strokes(4, places[0]));
    await drawByMouse(page, strokes(2, places[1]));
    await settled();
    assert.equal(await text("digit"), "42");
    assert.equal(await text("headline"), "This is 42");
    await page.waitForFunction(() => document.querySelectorAll("#boxes button").length === 2);
    const boxes = await page.locator("#boxes button").all();
    for (const [i, box] of boxes.entries()) {
      const { x, y, width, height } = await box.boundingBox();
      const drawn = places[i];
      assert.ok(Math.abs(x + width / 2 - (drawn.left + drawn.width / 2)) < 30, "box lies aside");
      assert.ok(Math.abs(y + height / 2 - (drawn.top + drawn.height / 2)) < 30, "box lies aside");
    }
    await boxes[0].focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#boxes button").first().getAttribute("aria-pressed"), "true");
    assert.deepEqual(await fits(page), []);
    await shot(name);
    await accessible(page, name);
    await page.locator("#steps summary").click();
    await page.waitForFunction(() => document.querySelectorAll("#finds li").length === 2);
    assert.match(await page.locator("#finds li").first().innerText(), /at first look .* 4, .* sure/);
    await accessible(page, `${name}, why`);
    await shot(`${name}-why`);
    await close();
  }
});

test("a picture is read by button, by drop and by paste, in any format the browser knows", async () => {
  const { page, settled, text, shot, close } = await open();
  const seven = await pictureOf(page, strokes(7, kOnPicture));
  const expect = async (digit, how) => {
    await settled();
    assert.equal(await text("digit"), digit, how);
  };
  const buffer = Buffer.from(seven, "base64");
  await page.setInputFiles("#file", { name: "seven.png", mimeType: "image/png", buffer });
  await page.locator("#sheet:not(.empty)").waitFor();
  await expect("7", "button");
  await shot("picture");

  for (const [how, digit, type] of [["drop", 2, "image/jpeg"], ["paste", 5, "image/webp"]]) {
    const base64 = await pictureOf(page, strokes(digit, kOnPicture), type);
    await page.click("#clear");
    await page.evaluate(({ how, base64, type }) => {
      const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], "picture", { type }));
      const options = { bubbles: true, cancelable: true };
      document.getElementById("sheet").dispatchEvent(how === "drop"
        ? new DragEvent("drop", { ...options, dataTransfer: data })
        : new ClipboardEvent("paste", { ...options, clipboardData: data }));
    }, { how, base64, type });
    await page.locator("#sheet:not(.empty)").waitFor();
    await expect(String(digit), how);
  }

  await page.click("#clear");
  const blank = Buffer.from(await pictureOf(page, []), "base64");
  await page.setInputFiles("#file", { name: "blank.png", mimeType: "image/png", buffer: blank });
  await page.locator("#sheet:not(.empty)").waitFor();
  await settled();
  assert.equal(await text("headline"), "There is no ink here");
  await shot("blank");

  await page.setInputFiles("#file", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
  await page.getByText("This picture can’t be read").waitFor();
  await close();
});

test("a broken picture is told as such, with the server's reason", async () => {
  const { page, text, shot, close } = await open(kDesk, { mayFail: true });
  const buffer = Buffer.from("\x89PNG\r\n\x1a\nhello", "latin1");
  await page.setInputFiles("#file", { name: "a.png", mimeType: "image/png", buffer });
  await page.getByText("This picture can’t be read").waitFor();
  assert.match(await text("detail"), /PNG/);
  await shot("error");
  await close();
});

test("the server stops and comes back: the page says so, and goes on by itself", async () => {
  let own = await serve("--port", "0");
  const { page, area, settled, text, shot, close } = await open(kDesk, { url: own.url, mayFail: true });
  await own.stop();
  const at = await area();
  await drawByMouse(page, strokes(6, at(0.35, 0.2, 0.3, 0.6)));
  await page.getByText("The server can’t be reached").first().waitFor();
  await shot("offline");
  own = await serve("--port", own.port);
  await page.getByText("This is a 6").first().waitFor();
  await settled();
  assert.equal(await text("digit"), "6");
  await own.stop();
  await close();
});

test("an old answer does not stand beside a new picture", async () => {
  const { page, area, settled, text, close } = await open();
  const at = await area();
  await drawByMouse(page, strokes(3, at(0.35, 0.2, 0.3, 0.6)));
  await settled();
  const buffer = Buffer.from(await pictureOf(page, strokes(7, kOnPicture)), "base64");
  await page.route("**/api/predict*", async route => {
    await page.waitForTimeout(1000);
    await route.continue();
  });
  await page.setInputFiles("#file", { name: "seven.png", mimeType: "image/png", buffer });
  await page.getByText("Reading…").first().waitFor();
  assert.equal(await page.getAttribute("#bars", "aria-label"), "No probabilities yet");
  await settled();
  assert.equal(await text("digit"), "7");
  await close();
});

test("questions come now and then while the pen is down, and what it did last is among them", async () => {
  const { page, area, settled, text, close } = await open();
  const at = await area();
  const [line] = strokes(2, at(0.35, 0.2, 0.3, 0.6));
  let questions = 0;
  page.on("request", request => (questions += request.url().includes("/api/predict")));
  const began = performance.now();
  await page.mouse.move(...line[0]);
  await page.mouse.down();
  for (const point of line.slice(1)) await page.mouse.move(...point);
  await settled();
  assert.equal(await text("digit"), "2");
  assert.ok(questions <= 2 + (performance.now() - began) / 100, `${questions} questions`);
  await page.mouse.up();
  await close();
});

test("a refusal by a proxy, in HTML, is told; what it refused is asked again after an outage", async () => {
  const { page, area, settled, text, close } = await open(kDesk, { mayFail: true });
  const predict = "**/api/predict*";
  await page.route(predict, route => route.fulfill(
    { status: 413, contentType: "text/html", body: "<h1>413 Request Entity Too Large</h1>" }));
  const at = await area();
  await drawByMouse(page, strokes(6, at(0.35, 0.2, 0.3, 0.6)));
  await page.getByText("This picture is too large").first().waitFor();
  await settled();
  await page.route("**/healthz", route => route.abort());
  await page.getByText("The server can’t be reached").first().waitFor();
  await page.unroute(predict);
  await page.unroute("**/healthz");
  await page.getByText("This is a 6").first().waitFor();
  await settled();
  assert.equal(await text("digit"), "6");
  await close();
});

test("the file that was chosen last is shown, however long an older one takes", async () => {
  const { page, settled, text, close } = await open();
  await page.evaluate(() => {
    const decode = createImageBitmap;
    window.createImageBitmap = async (...what) => {
      window.createImageBitmap = decode;
      const image = await decode(...what);
      await new Promise(done => setTimeout(done, 700));
      window.isLate = true;
      return image;
    };
  });
  for (const digit of [7, 2]) {
    const buffer = Buffer.from(await pictureOf(page, strokes(digit, kOnPicture)), "base64");
    await page.setInputFiles("#file", { name: `${digit}.png`, mimeType: "image/png", buffer });
  }
  await page.waitForFunction(() => window.isLate);
  await page.waitForTimeout(100);
  await settled();
  assert.equal(await text("digit"), "2");
  await close();
});

test("a size that comes back brings back the drawing as it was", async () => {
  const { page, area, close } = await open(kPhone);
  const at = await area();
  await drawByMouse(page, strokes(3, at(0.3, 0.2, 0.4, 0.6)));
  const drawn = await inkSize(page);
  for (let turn = 0; turn < 2; turn++) {
    await page.setViewportSize({ width: 844, height: 390 });
    await page.waitForFunction(() => document.getElementById("drawing").clientHeight < 390);
    await page.waitForTimeout(100);
    const [width, height] = await inkSize(page);
    assert.ok(height < drawn[1] && Math.abs(width / height - drawn[0] / drawn[1]) < 0.02);
    await page.setViewportSize(kPhone.viewport);
    await page.waitForFunction(() => document.getElementById("drawing").clientHeight > 390);
    await page.waitForTimeout(100);
    assert.deepEqual(await inkSize(page), drawn);
  }
  // Repainted on another screen, with different pixels.
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setDeviceMetricsOverride",
    { ...kPhone.viewport, deviceScaleFactor: 1, mobile: true });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForTimeout(100);
  for (const i of [0, 1]) assert.ok(Math.abs((await inkSize(page))[i] - drawn[i]) <= 2);
  await close();
});

test("behind a proxy, below a path, the page finds its files and the server", async () => {
  const proxy = createServer((request, response) => {
    if (!request.url.startsWith("/some/digits/")) return response.writeHead(404).end();
    const path = request.url.slice("/some/digits".length);
    const { method, headers } = request;
    request.pipe(connect({ port: server.port, path, method, headers }, answer => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }));
  });
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${proxy.address().port}/some/digits/`;
  const { page, area, settled, text, close } = await open(kDesk, { url });
  await drawByMouse(page, strokes(7, (await area())(0.35, 0.2, 0.3, 0.6)));
  await settled();
  assert.equal(await text("digit"), "7");
  await close();
  proxy.closeAllConnections();
  proxy.close();
});

test("a picture that takes the server too long is told as such, and is no outage", async () => {
  const { page, area, settled, text, close } = await open(kDesk, { mayFail: true });
  const reason = "no answer within 8 s: the server is busy, or this picture takes too long";
  await page.route("**/api/predict*", route => route.fulfill({
    status: 503, contentType: "application/json", body: JSON.stringify({ status: "error", reason }),
  }));
  await drawByMouse(page, strokes(7, (await area())(0.35, 0.2, 0.3, 0.6)));
  await settled();
  assert.equal(await text("headline"), "This takes too long");
  await page.unroute("**/api/predict*");
  await close();
});

test("a token in the address opens the API, and leaves the address", async () => {
  const own = await serve("--port", "0", "--token", "a-token");
  const { page, area, settled, text, close } = await open(kDesk, { url: own.url });
  assert.equal(new URL(page.url()).hash, "");
  const at = await area();
  await drawByMouse(page, strokes(3, at(0.35, 0.2, 0.3, 0.6)));
  await settled();
  assert.equal(await text("digit"), "3");
  await close();
  const stranger = await open(kDesk, { url: `http://127.0.0.1:${own.port}/`, mayFail: true });
  await drawByMouse(stranger.page, strokes(3, at(0.35, 0.2, 0.3, 0.6)));
  await stranger.page.getByText("A token is needed").first().waitFor();
  await stranger.page.evaluate(() => (location.hash = "token=a-token"));
  await stranger.page.getByText("This is a 3").first().waitFor();
  assert.equal(new URL(stranger.page.url()).hash, "");
  await stranger.close();
  await own.stop();
});

test("everything works from the keyboard, and is said to a screen reader", async () => {
  const { page, settled, text, close } = await open();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "drawing");
  for (let i = 0; i < 9; i++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  for (let i = 0; i < 18; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await settled();
  assert.equal(await text("digit"), "1");
  await page.waitForFunction(
    () => document.getElementById("spoken").textContent.startsWith("This is a 1."));
  assert.match(await page.getAttribute("#bars", "aria-label"), /^Probabilities: 1, /);
  await page.keyboard.press("Escape");
  assert.equal(await text("headline"), "Nothing to read yet");
  await page.keyboard.press("Control+z");
  await settled();
  assert.equal(await text("digit"), "1");
  const reached = new Set();
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.name));
  }
  for (const name of ["undo", "clear", "width", "upload"]) assert.ok(reached.has(name), name);
  await close();
});

test("undoing and clearing take the sheet from under the pen", async () => {
  const { page, area, close } = await open();
  const isEmpty = () => page.evaluate(() => document.getElementById("sheet").matches(".empty"));
  const draw = async () => {
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowDown");
  };
  await page.focus("#drawing");
  await page.keyboard.down("Space");
  await page.keyboard.down("Space"); // it repeats while held
  await page.keyboard.up("Space");
  await draw();
  assert.equal(await isEmpty(), false);
  await page.keyboard.press("Control+z");
  await draw();
  assert.equal(await isEmpty(), true);
  assert.equal(await page.getAttribute("#undo", "aria-disabled"), "true");
  await page.keyboard.press("Space");
  await draw();
  assert.equal(await isEmpty(), false);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await isEmpty(), true);
  assert.equal(await page.evaluate(() => document.activeElement.id), "clear");

  const { left, top } = (await area())(0.5, 0.5, 0, 0);
  await page.mouse.move(left, top);
  await page.mouse.down();
  await page.mouse.move(left, top + 100);
  await page.keyboard.press("Escape");
  await page.mouse.move(left, top + 200);
  await page.mouse.up();
  assert.equal(await isEmpty(), true);
  await page.mouse.down();
  await page.mouse.up();
  assert.equal(await isEmpty(), false);
  await close();
});

test("if there is no room for a sheet the page scrolls to it", async () => {
  const { page, close } = await open({ viewport: { width: 320, height: 200 } });
  await page.locator("#upload").scrollIntoViewIfNeeded();
  const { width, height } = await page.locator("#sheet").boundingBox();
  assert.ok(Math.min(width, height) >= kSmallest, `${width}x${height}`);
  assert.ok(await page.evaluate(() => scrollY > 0 && document.documentElement.scrollWidth <= innerWidth));
  await close();
});

for (const [name, options] of [
  ["light", {}], ["dark", { colorScheme: "dark" }], ["phone", kPhone],
  ["phone-dark", { ...kPhone, colorScheme: "dark" }],
  ["small-phone", { ...kPhone, viewport: { width: 320, height: 568 } }],
  ["phone-on-its-side", { ...kPhone, viewport: { width: 667, height: 375 } }],
]) {
  test(`it fits one screen and is accessible: ${name}`, async () => {
    const { page, area, settled, shot, close } = await open(options);
    assert.deepEqual(await fits(page), []);
    const { width, height } = await page.locator("#sheet").boundingBox();
    assert.ok(Math.min(width, height) >= kSmallest, `${width}x${height}`);
    await accessible(page, `${name}, empty`);
    const at = await area();
    await drawByMouse(page, strokes(8, at(0.32, 0.2, 0.36, 0.6)));
    await settled();
    assert.deepEqual(await fits(page), []);
    await accessible(page, `${name}, answered`);
    await shot(name);
    await close();
  });
}

test("nothing moves for those who ask for it; otherwise for less than 150 ms", async () => {
  for (const reducedMotion of ["reduce", "no-preference"]) {
    const { page, close } = await open({ reducedMotion });
    const longest = await page.evaluate(() => Math.max(...[...document.querySelectorAll("*")].flatMap(
      each => getComputedStyle(each).transitionDuration.split(",").map(parseFloat))));
    if (reducedMotion === "reduce") assert.equal(longest, 0);
    assert.ok(longest <= 0.15, `${longest} s`);
    await close();
  }
});
