// A file server and Debian's Chromium, for tests that need a real browser.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
  ".json": "application/json", ".wasm": "application/wasm",
};
const folder = fileURLToPath(new URL("..", import.meta.url));

/** Serves this folder, and `extra`: paths with their contents. */
export async function serve(extra = {}) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    try {
      const body = extra[path] ?? (await readFile(join(folder, normalize(path.endsWith("/") ? `${path}index.html` : path))));
      response.writeHead(200, { "content-type": path.endsWith("/") ? TYPES[".html"] : type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export const launch = () =>
  chromium.launch({ executablePath: process.env.PLACET_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** A page whose errors are the test's. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(address).origin) && !/^(data|blob):/.test(request.url())) errors.push(`asks for ${request.url()}`);
  });
  await page.goto(address);
  return { page, context, errors };
}

/** What axe finds of WCAG 2.2 AA, in words. */
export async function axe(page, source) {
  await page.evaluate(source);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
}
