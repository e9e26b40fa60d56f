// Corrections (--collect) and the review of a folder (--review) in a real Chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";

import { accessible, fits, kDesk, kPhone, launch, openPage, quit, serve } from "./browser.js";
import { drawByMouse, strokes } from "./pen.js";

const kCount = 50;
const kSmallPhone = { ...kPhone, viewport: { width: 320, height: 568 } };

let folder;
let pictures; // kCount of them, to review
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "mnist-labels-"));
  pictures = join(folder, "pictures");
  execFileSync(join(dirname(process.argv[2]), "mnist-generate"),
    ["-q", "--pictures", "--count", String(kCount), "--out", pictures]);
  await launch();
});
after(async () => {
  await quit();
  rmSync(folder, { recursive: true });
});

const linesOf = list => readFileSync(list, "utf8").trim().split("\n").filter(Boolean).map(line => JSON.parse(line));

test("an answer is corrected, kept, and taken back", async () => {
  const kept = join(folder, "kept");
  const server = await serve("--port", "0", "--collect", kept);
  const { page, area, settled, text, shot, close } = await openPage(server.url);
  await page.waitForFunction(() => !document.getElementById("wrong").hidden);
  assert.equal(await text("promise"), `Corrections are kept in ${kept}`);
  assert.ok(!(await page.locator("#wrong").isVisible()), "there is nothing to correct yet");
  await drawByMouse(page, strokes(7, (await area())(0.4, 0.25, 0.2, 0.5)));
  await settled();
  await page.click("#wrong");
  assert.match(await text("detail"), new RegExp(`kept in ${kept}`));
  await accessible(page, "keys");
  await shot("correcting");
  await page.keyboard.press("Escape");
  assert.equal(await text("wrong"), "Not right?");
  assert.match(await text("detail"), /sure/);
  await page.click("#wrong");
  await page.keyboard.press("1");
  await page.waitForFunction(() => document.getElementById("wrong").textContent === "Undo");
  assert.equal(await text("detail"), "Kept: it is a 1.");
  const [line] = linesOf(join(kept, "labels.jsonl"));
  assert.equal(line.label, "1");
  assert.ok(readFileSync(join(kept, line.path)).length > 100);
  await page.click("#wrong");
  await page.waitForFunction(() => document.getElementById("wrong").textContent === "Not right?");
  await page.waitForFunction(() => document.getElementById("detail").textContent.includes("Taken back."));
  assert.deepEqual(readdirSync(kept), ["labels.jsonl"]);
  await close();
  await server.stop();
});

test("of several digits each is corrected by itself, also as none", async () => {
  const kept = join(folder, "several");
  const server = await serve("--port", "0", "--collect", kept);
  const { page, area, settled, close } = await openPage(server.url);
  const at = await area();
  for (const [i, digit] of [1, 7, 2].entries()) {
    await drawByMouse(page, strokes(digit, at(0.15 + 0.25 * i, 0.3, 0.15, 0.4)));
  }
  await settled();
  await page.waitForFunction(() => document.querySelectorAll("#boxes button").length === 3);
  for (const [i, key] of [[0, "4"], [1, "n"], [2, "n"]]) {
    await page.locator("#boxes button").nth(i).press("Enter");
    await page.locator("#wrong").click();
    await page.keyboard.press(key);
    await page.waitForFunction(() => document.getElementById("wrong").textContent === "Undo");
  }
  const lines = linesOf(join(kept, "labels.jsonl"));
  assert.deepEqual(lines.map(({ label }) => label), ["4", "none", "none"]);
  assert.ok(lines.every(({ box }) => box.length === 4));
  await close();
  await server.stop();
});

test("the page with corrections fits phones", async () => {
  const server = await serve("--port", "0", "--collect", join(folder, "phones"));
  for (const options of [kPhone, kSmallPhone]) {
    const { page, area, settled, close } = await openPage(server.url, options);
    await drawByMouse(page, strokes(7, (await area())(0.35, 0.2, 0.3, 0.6)));
    await settled();
    assert.deepEqual(await fits(page), []);
    await page.click("#wrong");
    assert.deepEqual(await fits(page), []);
    await close();
  }
  await server.stop();
});

test("a folder is reviewed by keyboard, killed in between and gone on with", async () => {
  let server = await serve("--port", "0", "--review", pictures);
  let review = await openPage(server.url, kDesk, { mayFail: true });
  const shown = number => review.page.waitForFunction(
    wanted => document.getElementById("count").textContent.startsWith(`${wanted} of`), number);
  const said = () => review.text("count");
  // Before that, keys are not taken: nobody labels what is not shown yet.
  const painted = () => review.page.waitForFunction(() => document.getElementById("picture").dataset.shown
    === String(parseInt(document.getElementById("count").textContent) - 1));
  await shown(1);
  await painted();
  await accessible(review.page, "review");
  await review.shot("review");
  for (let i = 0; i < 20; ++i) {
    await review.page.keyboard.press(i === 3 ? "n" : String(i % 10));
    await shown(i + 2);
    await painted();
  }
  assert.equal(await said(), `21 of ${kCount} · 20 labelled`);
  await server.stop("SIGKILL");
  await review.page.keyboard.press("5");
  await review.page.waitForFunction(() => /reached/.test(document.getElementById("detail").textContent));
  await review.page.close();
  assert.equal(linesOf(join(pictures, "labels.jsonl")).length, 20);

  server = await serve("--port", "0", "--review", pictures);
  review = await openPage(server.url);
  await shown(21);
  await review.page.keyboard.press("ArrowLeft");
  await shown(20);
  assert.equal(await review.page.locator("#labels [aria-pressed=true]").textContent(), "9");
  await painted();
  await review.page.keyboard.press("Backspace");
  await review.page.waitForFunction(() => /19 labelled/.test(document.getElementById("count").textContent));
  await review.page.keyboard.press("9");
  await shown(21);
  for (let i = 20; i < kCount; ++i) {
    await painted();
    await review.page.keyboard.press("8");
    await review.page.waitForFunction(
      wanted => document.getElementById("count").textContent.endsWith(` ${wanted} labelled`), i + 1);
  }
  assert.match(await review.text("train"), /All are labelled/);
  const lines = linesOf(join(pictures, "labels.jsonl"));
  assert.equal(lines.length, kCount);
  assert.equal(new Set(lines.map(({ path }) => path)).size, kCount);
  assert.equal(lines.filter(({ label }) => label === "none").length, 1);
  await review.close();
  await server.stop();
});

test("the review fits phones", async () => {
  const server = await serve("--port", "0", "--review", pictures);
  for (const options of [kPhone, kSmallPhone]) {
    const { page, shot, close } = await openPage(server.url, options);
    await page.waitForFunction(() => document.getElementById("picture").dataset.shown);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.ok(!wide, "it scrolls sideways");
    await page.locator("#labels button", { hasText: "3" }).tap();
    await page.waitForFunction(() => document.getElementById("count").textContent.startsWith("2 of"));
    await shot("review-phone");
    await close();
  }
  await server.stop();
});
