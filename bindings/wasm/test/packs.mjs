// Rule packs, compiled, and pages that show their forms.
import { readFileSync } from "node:fs";
import { Policy } from "../pkg/index.node.js";

const rules = new URL("../../../rules/", import.meta.url);

export function compiled(pack, name) {
  const files = {};
  const add = (file) => {
    if (files[file]) return;
    files[file] = readFileSync(new URL(`${pack}/${file}`, rules), "utf8");
    for (const [, used] of files[file].matchAll(/^use "(.+)"/gm)) add(used);
  };
  add(`${name}.placet`);
  return Policy.compile({ files });
}

/** A page with the form of a compiled policy. */
export const formPage = (name, on, { language = "en", more = "", script = "" } = {}) => `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Form</title>
<link rel="icon" href="data:,">
<style>:root { color-scheme: light dark } body { margin: 0; background: Canvas }</style>
<script type="module" src="/pkg/form.js"></script></head>
<body><main><h1 style="font: 600 1.1rem system-ui; margin: 1rem; color: CanvasText">Office</h1>
<placet-form src="/${name}.compiled" on="${on}" ${more}></placet-form></main>
<script type="module">
  const form = document.querySelector("placet-form");
  window.told = [];
  for (const name of ["placet-answer", "placet-standing", "placet-finish", "placet-error"]) {
    form.addEventListener(name, (event) => window.told.push([name, event.detail.fact ?? event.detail.standing?.tone ?? event.detail.error?.message]));
  }
  ${script}
</script></body></html>`;
