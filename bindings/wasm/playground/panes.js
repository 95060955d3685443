// What the panes show: decisions, explanations, the graph, scenarios. Everything comes from the engine; here it is laid out.

import { h } from "./dom.js";

/** A told value in words. */
function told(value, words) {
  if (value === null) return words.none;
  if (value === true) return words.yes;
  if (value === false) return words.no;
  if (typeof value === "string") return value;
  if ("from" in value) return words.from(told(value.from, words), told(value.to, words));
  if (value.one_of) return words.oneOf(value.one_of.map((v) => told(v, words)));
  return value.faulty ? words.faulty : words.any;
}

function table(title, values, words) {
  const entries = Object.entries(values ?? {});
  if (!entries.length) return null;
  const rows = entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, told(value, words))));
  return h("section", {}, h("h3", {}, title), h("dl", { class: "values" }, rows));
}

/** Whether a standing is good or bad news, by the kind of its rule, for its colour alone. */
function tone({ kind, standing }) {
  if (standing === "open") return "open";
  if (standing === "faulty") return "person";
  if (standing === "waived") return "fine";
  if (standing === "not_applicable" || standing === "not_in_force") return "apart";
  const fine = (standing === "met") === (kind === "require" || kind === "applies");
  if (fine) return "fine";
  return kind === "refer" ? "person" : "against";
}

export function decisionPane(pane, decision, words) {
  const rule = (r) =>
    h("li", { class: `rule ${tone(r)}${r.deciding ? " deciding" : ""}` },
      h("div", { class: "rule-head" }, h("strong", {}, r.title ?? r.rule), h("span", { class: "tag" }, words.standings[r.standing])),
      r.message ? h("p", {}, r.message) : null,
      r.paragraph ?? r.cites ? h("p", { class: "cites" }, r.paragraph ?? r.cites) : null);
  const need = (n) =>
    h("li", {}, h("strong", {}, n.label ?? n.fact), n.label ? h("code", {}, n.fact) : null, h("p", {}, n.ask ?? n.why),
      n.held_by ? h("p", { class: "cites" }, `${words.heldBy} ${n.held_by}`) : null,
      n.judged_by ? h("p", { class: "cites" }, `${words.judgedBy} ${n.judged_by}`) : null);
  pane.replaceChildren(
    h("p", { class: `outcome ${decision.outcome}` }, words.outcomes[decision.outcome]),
    ...[
      decision.proposed ? h("p", {}, words.proposed) : null,
      decision.settled === false ? h("p", {}, words.unsettled) : null,
      decision.error ? h("p", { class: "trouble" }, decision.error) : null,
      decision.possible ? h("p", {}, `${words.possible}: ${decision.possible.map((o) => words.outcomes[o]).join(", ")}`) : null,
      table(words.awards, decision.awards, words),
      table(words.reports, decision.reports, words),
      decision.needs ? h("section", {}, h("h3", {}, words.needs), h("ul", { class: "needs" }, decision.needs.map(need))) : null,
      decision.reasons ? h("section", {}, h("h3", {}, words.rules), h("ul", { class: "rules" }, decision.reasons.map(rule))) : null,
      decision.faults
        ? h("section", {}, h("h3", {}, words.faults), h("ul", {}, decision.faults.map((f) => h("li", {}, `${f.rule}: ${f.message}`))))
        : null,
    ].filter(Boolean),
    h("details", {}, h("summary", {}, words.asJson), h("pre", { tabindex: "0" }, JSON.stringify(decision, null, 2))),
  );
}

export function explanationPane(pane, text) {
  pane.replaceChildren(h("pre", { class: "explanation", tabindex: "0" }, text));
}

/** The picture in a tree of its own, since its style sheet would reach the page; its dark colours follow the page's choice. */
export function graphPane(pane, svg, dark, words) {
  const themed = svg.replaceAll("@media (prefers-color-scheme: dark)", dark ? "@media all" : "@media not all");
  let sheet = pane.querySelector(".sheet");
  if (!sheet) {
    sheet = h("div", { class: "sheet", tabindex: "0", role: "region" });
    sheet.attachShadow({ mode: "open" });
    const fit = h("input", { type: "checkbox", id: "fit" });
    fit.addEventListener("change", () => {
      sheet.classList.toggle("fit", fit.checked);
      sheet.dataset.chosen = "";
    });
    pane.replaceChildren(h("div", { class: "pane-tools" }, h("p", {}), h("label", {}, fit, h("span"))), sheet);
  }
  pane.querySelector(".pane-tools p").textContent = words.graphHint;
  pane.querySelector(".pane-tools label span").textContent = words.fit;
  sheet.setAttribute("aria-label", words.tabs.graph);
  sheet.shadowRoot.innerHTML = `<style>:host(.fit) svg { max-width: 100%; height: auto }</style>${themed}`;
  // A picture that stays legible is shown whole, until the reader says otherwise.
  if (sheet.dataset.chosen === undefined) {
    const fits = sheet.shadowRoot.querySelector("svg").width.baseVal.value < 2.2 * sheet.clientWidth;
    sheet.classList.toggle("fit", fits);
    pane.querySelector("#fit").checked = fits;
  }
  // Of one that does not fit, the beginning of the lit way is what to see first.
  const first = sheet.shadowRoot.querySelector("g.fact.on .box");
  if (first && sheet.scrollTop === 0 && sheet.scrollLeft === 0 && !sheet.classList.contains("fit")) {
    sheet.scrollTop = first.y.baseVal.value - 60;
  }
}

export function scenariosPane(pane, run, words, { go, use }) {
  const { scenarios, coverage } = run;
  if (!scenarios.length) return pane.replaceChildren(h("p", {}, words.noScenarios));
  const passed = scenarios.filter((s) => s.passed).length;
  const [tried, all] = coverage.reduce(([t, a], c) => [t + c.tried.length, a + c.tried.length + c.untried.length], [0, 0]);
  const place = (p) =>
    p ? h("button", { type: "button", class: "place", onclick: () => go(p) }, `${p.file}:${p.line}`) : null;
  const one = (s) =>
    h("li", { class: s.passed ? "passed" : "failed" },
      h("div", { class: "rule-head" }, h("span", { class: "mark" }, s.passed ? "✓" : "✗"), h("strong", {}, s.title), place(s.place),
        h("button", { type: "button", class: "place", onclick: () => use(s) }, words.use)),
      s.differences.map((d) => h("p", {}, h("code", {}, d.what), ` ${words.expected} `, h("b", {}, d.expected), `, ${words.foundValue} `, h("b", {}, d.found))));
  const wayOf = (way) => (way === "applied" ? words.applied : (words.standings[way.replaceAll(" ", "_")] ?? way));
  const untried = coverage.filter((c) => c.untried.length).map((c) =>
    h("li", {}, h("strong", {}, c.of), c.which ? h("code", {}, c.which.replace(/^row (\d+)$/, (_, row) => words.row(row))) : null, ` ${c.untried.map(wayOf).join(", ")} `, place(c.place)));
  pane.replaceChildren(
    h("p", { class: `summary ${passed === scenarios.length ? "passed" : "failed"}` }, words.scenariosPassed(passed, scenarios.length)),
    h("p", {}, `${words.covered(tried, all)} ${words.tint}`),
    h("ul", { class: "scenarios" }, scenarios.map(one)),
    untried.length ? h("section", {}, h("h3", {}, words.untried), h("ul", { class: "untried" }, untried)) : "",
  );
}

/** The tint of a file's lines: what was tried of what stands there. */
export function tintOf(run, file) {
  const lines = new Map();
  for (const { place, tried, untried } of run.coverage) {
    if (place?.file !== file) continue;
    const tint = untried.length === 0 ? "full" : tried.length === 0 ? "none" : "part";
    const before = lines.get(place.line);
    lines.set(place.line, before === undefined || before === tint ? tint : "part");
  }
  return lines;
}
