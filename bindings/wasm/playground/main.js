// The playground: a text, a case, and what the engine says of both. Nothing is sent anywhere.

import { FactsError, study } from "./placet/drafting.js";
import "./placet/form.js";
import { h } from "./dom.js";
import { editor } from "./editor.js";
import { pack, unpack } from "./fragment.js";
import { decisionPane, explanationPane, graphPane, scenariosPane, tintOf } from "./panes.js";
import { wordsOf } from "./words.js";

const TABS = ["decision", "explanation", "graph", "form", "scenarios"];
const $ = (id) => document.getElementById(id);
const examples = await (await fetch("examples.json")).json();

const state = {
  example: examples[0].id,
  files: {},
  file: "",
  on: "",
  facts: "{}",
  tab: "decision",
  language: navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en",
  theme: "auto",
};
/** What came of the text last, and of the last text that compiled. */
let studied = { diagnostics: [], names: [] };
let bundle = null;
let names = [];
let run = null;
const form = document.createElement("placet-form");

const exampleOf = (id) => examples.find((e) => e.id === id) ?? examples[0];
const words = () => wordsOf(state.language);
const policy = () => bundle?.policies[0];
const dark = () => state.theme === "dark" || (state.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);

const drafting = editor($("editor"), {
  names: () => names,
  changed(text) {
    state.files[state.file] = text;
    scheduled ||= setTimeout(recompile);
  },
});
let scheduled = 0;

function recompile() {
  scheduled = 0;
  studied = study({ files: state.files }, { language: state.language });
  if (studied.bundle) {
    bundle?.free();
    bundle = studied.bundle;
    form.policy = null;
  }
  if (studied.names.length && (studied.bundle || !names.some((n) => n.kind !== "declared"))) names = studied.names;
  run = null;
  showDiagnostics();
  showPane();
  keep();
}

function showDiagnostics() {
  const w = words();
  const { diagnostics } = studied;
  const count = (severity) => diagnostics.filter((d) => d.severity === severity).length;
  $("summary").textContent = diagnostics.length ? w.found(count("error"), count("warning")) : w.fine;
  $("summary").className = count("error") ? "bad" : count("warning") ? "good some" : "good";
  drafting.diagnose(diagnostics.filter((d) => d.place.file === state.file));
  $("diagnostics").replaceChildren(
    ...diagnostics.slice(0, 50).map((d) =>
      h("li", { class: d.severity },
        h("button", { type: "button", onclick: () => goTo(d.place) },
          h("span", { class: "code" }, d.code), h("span", {}, d.message), h("span", { class: "where" }, `${d.place.file}, ${w.line(d.place.start.line)}`)),
        d.help ? h("p", {}, d.help) : null,
        d.example ? h("p", {}, Object.entries(d.example).map(([k, v]) => `${k} ${v}`).join(", ")) : null)),
  );
}

function goTo(place) {
  if (place.file !== state.file && state.files[place.file] !== undefined) openFile(place.file);
  drafting.go(place.units);
}

function openFile(name) {
  state.file = name;
  drafting.open(state.files[name]);
  drafting.label(`${words().policy}: ${name}`);
  $("file").value = name;
  showDiagnostics();
  if (state.tab === "scenarios" && run) drafting.tint(tintOf(run, name));
}

/** The case as it is written, or nothing, and then says what is wrong. */
function readFacts() {
  try {
    const facts = JSON.parse(state.facts || "{}");
    $("facts-trouble").textContent = "";
    return facts;
  } catch (error) {
    $("facts-trouble").textContent = `${words().notJson} ${error.message}`;
    return null;
  }
}

function showPane() {
  const w = words();
  for (const tab of TABS) {
    const selected = tab === state.tab;
    $(`tab-${tab}`).setAttribute("aria-selected", String(selected));
    $(`tab-${tab}`).tabIndex = selected ? 0 : -1;
    $(`pane-${tab}`).hidden = !selected;
  }
  const pane = $(`pane-${state.tab}`);
  const body = pane.querySelector(".body");
  pane.querySelector(".stale").hidden = !bundle || Boolean(studied.bundle);
  pane.querySelector(".stale").textContent = w.stale;
  if (state.tab !== "scenarios") drafting.tint(new Map());
  if (!policy()) return body.replaceChildren(h("p", {}, w.broken));
  const facts = readFacts();
  const options = { on: state.on, language: state.language };
  try {
    if (state.tab === "scenarios") return showScenarios(body);
    if (state.tab === "form") return showForm(body);
    if (facts === null) return;
    if (state.tab === "decision") decisionPane(body, policy().decide(facts, options), w);
    if (state.tab === "explanation") explanationPane(body, policy().explainText(facts, options));
    if (state.tab === "graph") graphPane(body, policy().picture(facts, options), dark(), w);
  } catch (error) {
    if (!(error instanceof FactsError)) throw error;
    $("facts-trouble").textContent = error.errors
      .map((e) => `${e.fact ? `${e.fact}: ` : ""}expected ${e.expected}, found ${e.found}${e.help ? `; ${e.help}` : ""}`)
      .join("\n");
    body.replaceChildren(h("p", { class: "outcome invalid" }, w.outcomes.invalid), h("p", { class: "trouble" }, error.message));
  }
}

function showScenarios(body) {
  if (!studied.bundle) return;
  run ??= study({ files: state.files }, { language: state.language, scenarios: true });
  scenariosPane(body, run, words(), {
    go: goTo,
    use(scenario) {
      state.on = scenario.on;
      $("on").value = scenario.on;
      setFacts(scenario.facts, null);
      selectTab("decision");
    },
  });
  drafting.tint(tintOf(run, state.file));
}

function showForm(body) {
  const w = words();
  if (!body.contains(form)) {
    const all = h("input", { type: "checkbox", id: "ask-all" });
    all.addEventListener("change", () => (form.askAll = all.checked));
    body.replaceChildren(h("div", { class: "pane-tools" }, h("p", {}), h("label", {}, all, h("span"))), form);
  }
  body.querySelector(".pane-tools p").textContent = w.formHint;
  body.querySelector(".pane-tools label span").textContent = w.askAll;
  form.on = state.on;
  form.language = state.language;
  if (form.policy !== policy()) form.policy = policy();
}

form.addEventListener("placet-answer", (event) => setFacts(event.detail.facts, null));

function setFacts(facts, place) {
  state.facts = JSON.stringify(facts, null, 2);
  $("facts").value = state.facts;
  $("sample").value = place === null ? "" : String(place);
  readFacts();
  keep();
}

function openExample(id, place = 0) {
  const chosen = exampleOf(id);
  state.example = chosen.id;
  state.files = { ...chosen.files };
  state.file = Object.keys(chosen.files)[0];
  state.on = chosen.on;
  form.state = {};
  names = [];
  showSelects();
  setFacts(chosen.cases[place], place);
  openFile(state.file);
  recompile();
}

/** The names in menus, in the language. */
function showSelects() {
  const w = words();
  const fill = (select, options, value) => {
    select.replaceChildren(...options.map(([key, label]) => h("option", { value: key }, label)));
    select.value = value;
  };
  const title = (e) => `${e.title[state.language]}${e.pack ? ` (${e.pack})` : ""}`;
  fill($("example"), examples.map((e) => [e.id, title(e)]), state.example);
  fill($("file"), Object.keys(state.files).map((name) => [name, name]), state.file);
  const cases = exampleOf(state.example).cases.map((c, i) => [String(i), String(c.id)]);
  fill($("sample"), [["", w.ownCase], ["blank", w.blankCase], ...cases], $("sample").value);
  fill($("theme"), Object.entries(w.themes), state.theme);
  $("on").value = state.on;
}

function showWords() {
  const w = words();
  document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
  document.documentElement.dataset.theme = state.theme;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = w[element.dataset.word];
  $("language").textContent = w.other;
  $("language").setAttribute("aria-label", w.otherLabel);
  $("language").lang = state.language === "zh" ? "en" : "zh-Hans";
  for (const tab of TABS) $(`tab-${tab}`).textContent = w.tabs[tab];
  $("facts").setAttribute("aria-label", w.facts);
  showSelects();
  drafting.label(`${w.policy}: ${state.file}`);
}

function selectTab(tab) {
  state.tab = tab;
  showPane();
  keep();
}

for (const tab of TABS) {
  $("tabs").append(
    h("button", { type: "button", role: "tab", id: `tab-${tab}`, "aria-controls": `pane-${tab}`, onclick: () => selectTab(tab) }),
  );
  $("panes").append(
    h("div", { role: "tabpanel", id: `pane-${tab}`, class: `pane ${tab}`, "aria-labelledby": `tab-${tab}` },
      h("p", { class: "stale" }), h("div", { class: "body" })),
  );
}
$("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = TABS[(TABS.indexOf(state.tab) + step + TABS.length) % TABS.length];
  selectTab(next);
  $(`tab-${next}`).focus();
});
$("example").addEventListener("change", (e) => openExample(e.target.value));
$("file").addEventListener("change", (e) => openFile(e.target.value));
$("sample").addEventListener("change", (e) => {
  if (e.target.value === "") return;
  if (e.target.value === "blank") {
    // All facts of the policy as it stands, none of them told: the way into a policy of one's own.
    if (policy()) setFacts(policy().sample(), "blank");
    return showPane();
  }
  const place = Number(e.target.value);
  state.on = exampleOf(state.example).on;
  $("on").value = state.on;
  setFacts(exampleOf(state.example).cases[place], place);
  showPane();
});
$("on").addEventListener("change", (e) => {
  if (!e.target.value) return;
  state.on = e.target.value;
  showPane();
  keep();
});
$("facts").addEventListener("input", (e) => {
  state.facts = e.target.value;
  $("sample").value = "";
  showPane();
  keep();
});
$("format").addEventListener("click", async () => {
  const { format } = await import("./placet/drafting.js");
  try {
    drafting.replace(format(drafting.text));
  } catch {
    // What cannot be read cannot be formatted; the diagnostics say why.
    $("summary").textContent = words().broken;
  }
  drafting.view.focus();
});
$("language").addEventListener("click", () => {
  state.language = state.language === "zh" ? "en" : "zh";
  showWords();
  recompile();
});
$("theme").addEventListener("change", (e) => {
  state.theme = e.target.value;
  document.documentElement.dataset.theme = state.theme;
  showPane();
  keep();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showPane);

/** Keeps the state in the address; what an example holds is named, not written out. */
let keeping = 0;
let kept = "";
function keep() {
  clearTimeout(keeping);
  keeping = setTimeout(async () => {
    const chosen = exampleOf(state.example);
    const changed = Object.entries(state.files).filter(([name, text]) => chosen.files[name] !== text);
    const { files, ...rest } = state;
    kept = `#${await pack({ ...rest, files: Object.fromEntries(changed) })}`;
    history.replaceState(null, "", kept);
  }, 300);
}

async function restore() {
  const from = location.hash ? await unpack(location.hash) : null;
  openExample(from?.example ?? state.example);
  if (from) {
    for (const key of ["on", "facts", "tab", "language", "theme"]) if (typeof from[key] === "string") state[key] = from[key];
    if (!TABS.includes(state.tab)) state.tab = "decision";
    Object.assign(state.files, from.files ?? {});
    if (state.files[from.file] !== undefined) state.file = from.file;
    $("facts").value = state.facts;
    const place = exampleOf(state.example).cases.findIndex((c) => JSON.stringify(c, null, 2) === state.facts);
    $("sample").value = place < 0 ? "" : String(place);
    openFile(state.file);
  }
  showWords();
  recompile();
}

addEventListener("hashchange", () => location.hash !== kept && restore());
await restore();
document.documentElement.dataset.ready = "";
