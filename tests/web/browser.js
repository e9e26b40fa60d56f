// A Chromium and a mnist-serve for the tests of the pages, which are run as
// node TEST PROGRAM CHROMIUM [SCREENSHOTS]; with a folder for them, a screenshot of each state is
// kept.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [program, chromiumPath, screenshots] = process.argv.slice(2);
const axe = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
export const kDesk = { viewport: { width: 1280, height: 800 } };
export const kPhone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

// `url` is what it printed.
const running = new Set(); // a failing test does not stop its own
export async function serve(...flags) {
  const child = spawn(program, ["-q", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  child.on("exit", () => running.delete(child));
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`mnist-serve ended with ${code}`);
  });
  const [url] = await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  ended.catch(() => {}); // later it is meant to
  const stop = async (signal = "SIGTERM") => {
    child.kill(signal);
    await once(child, "exit");
  };
  return { url, port: new URL(url).port, stop };
}

let browser;
export async function launch() {
  const asRoot = process.getuid() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: chromiumPath, args: asRoot });
}
export async function quit() {
  for (const child of running) child.kill("SIGKILL");
  await browser?.close();
}

// A page that fails the test for whatever goes wrong inside it.
export async function openPage(url, options = kDesk, { mayFail = false } = {}) {
  const context = await browser.newContext({ ...kDesk, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", error => faults.push(error.message));
  page.on("console", message => {
    if (["error", "warning"].includes(message.type()) && !mayFail) faults.push(message.text());
  });
  page.on("request", request => {
    if (new URL(request.url()).origin !== new URL(url).origin) faults.push(request.url());
  });
  await page.goto(url);
  return {
    page,
    async close() {
      await context.close();
      assert.deepEqual(faults, []);
    },
    async area() {
      const box = await page.locator("#drawing").boundingBox();
      return (left, top, width, height) => ({
        left: box.x + left * box.width, top: box.y + top * box.height,
        width: width * box.width, height: height * box.height,
      });
    },
    settled: () => page.waitForFunction(
      () => document.getElementById("answer").getAttribute("aria-busy") === "false"),
    text: id => page.locator(`#${id}`).textContent(),
    async shot(name) {
      if (!screenshots) return;
      await page.waitForTimeout(250);
      await page.screenshot({ path: `${screenshots}/${name}.png` });
    },
  };
}

export const fits = page => page.evaluate(() => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const outside = [...document.querySelectorAll("body *")].filter(each => {
    const box = each.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
  });
  return scrollWidth <= innerWidth && scrollHeight <= innerHeight
    ? outside.map(each => each.outerHTML.slice(0, 80)) : ["it scrolls"];
});

export async function accessible(page, name) {
  await page.waitForTimeout(200); // for transitions
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(n => n.target).join(" ")}`), []);
}
