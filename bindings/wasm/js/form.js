// `<placet-form>`: asks only what matters, in the order the engine gives, and says after each answer where the person stands.
// It decides nothing: fields, standings, what to ask next and what would change a no all come from the engine.
//
//     <placet-form src="allowance.compiled" on="2026-03-02"></placet-form>

import { MISSING, control, h, worded } from "./form-fields.js";
import { STYLE } from "./form-style.js";
import { wordsOf } from "./form-words.js";

/** `household[0].income` as its steps: a fact's name, and where it is a list's member its number. */
function steps(path) {
  return path.split(".").map((step) => {
    const [, name, number] = /^(.*?)(?:\[(\d+)\])?$/.exec(step);
    return { name, number: number === undefined ? undefined : Number(number) };
  });
}

/** The record that a path's last step belongs to, and that step's name. */
function holder(facts, path) {
  const all = steps(path);
  let record = facts;
  for (const { name, number } of all.slice(0, -1)) record = record?.[name]?.[number];
  return [record, all.at(-1).name];
}

/** The member that a path speaks of, `household[0]`; of the case itself an empty text. */
const memberOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf(".")));

export class PlacetForm extends HTMLElement {
  static observedAttributes = ["src", "on", "lang", "ask-all"];

  #policy = null;
  #fields = [];
  #answers = {};
  #supplied = {};
  #skipped = new Set();
  #editing = null;
  #history = [];
  #standing = null;
  #controls = [];
  #finished = false;
  #drawn = 0;
  /** Attributes that are there from the beginning are looked at once, when the element is. */
  #awake = false;
  #parts = {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const part = (tag, name, attributes = {}) => (this.#parts[name] = h(tag, { part: name, ...attributes }));
    root.append(
      h("style", {}, STYLE),
      h(
        "div",
        { class: "sheet", part: "sheet" },
        part("header", "header"),
        part("div", "body"),
        part("section", "standing", { class: "standing" }),
        part("section", "answers", { class: "given" }),
        part("p", "status", { class: "unseen", role: "status" }),
      ),
    );
    this.#parts.body.addEventListener("input", () => this.#typed());
    this.#parts.body.addEventListener("change", () => this.#typed());
  }

  connectedCallback() {
    this.#awake = true;
    this.#restore();
    this.#load();
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.#awake) return;
    if (name === "src") this.#load();
    else this.#start();
  }

  get policy() {
    return this.#policy;
  }

  set policy(policy) {
    this.#policy = policy;
    if (this.#awake) this.#start();
  }

  get on() {
    return this.getAttribute("on") ?? "";
  }

  set on(day) {
    this.setAttribute("on", day);
  }

  get language() {
    return this.closest("[lang]")?.lang || document.documentElement.lang || "en";
  }

  set language(language) {
    this.lang = language;
  }

  get askAll() {
    return this.hasAttribute("ask-all");
  }

  set askAll(all) {
    this.toggleAttribute("ask-all", all);
  }

  get supplied() {
    return structuredClone(this.#supplied);
  }

  set supplied(facts) {
    this.#supplied = structuredClone(facts ?? {});
    if (this.#awake) this.#start();
  }

  get facts() {
    return { ...structuredClone(this.#supplied), ...structuredClone(this.#answers) };
  }

  get standing() {
    return this.#standing;
  }

  get state() {
    return { answers: structuredClone(this.#answers), skipped: [...this.#skipped], open: this.#editing ?? undefined };
  }

  set state(state) {
    this.#answers = structuredClone(state?.answers ?? {});
    this.#skipped = new Set(state?.skipped ?? []);
    this.#editing = state?.open ?? null;
    this.#history = Object.keys(this.#answers);
    if (this.#awake) this.#start();
  }

  reset() {
    this.state = {};
    this.#keep();
  }

  get #words() {
    return wordsOf(this.language);
  }

  async #load() {
    const src = this.getAttribute("src");
    if (!src) return this.#start();
    try {
      const [{ Policy }, response] = await Promise.all([import("./runtime.js"), fetch(src)]);
      if (!response.ok) throw new Error(`${src}: ${response.status}`);
      const bytes = await response.arrayBuffer();
      if (src === this.getAttribute("src")) this.policy = Policy.fromCompiled(bytes);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** Draws everything anew: another policy, day or language. */
  #start() {
    if (!this.#policy) return;
    if (!this.on) return this.#broken(new Error(this.#words.noDay));
    try {
      this.#fields = this.#policy.fields({ language: this.language });
      this.#finished = false;
      this.#forgetStrangers();
      this.#standing = this.#ask(this.facts);
      this.#draw(false);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** Leaves out kept answers that this policy has no field for. */
  #forgetStrangers() {
    const known = new Set(this.#fields.map((field) => field.name));
    for (const name of Object.keys(this.#answers)) if (!known.has(name)) delete this.#answers[name];
    this.#history = this.#history.filter((path) => this.#field(path));
    if (this.#editing && !this.#field(this.#editing)) this.#editing = null;
  }

  #broken(error) {
    this.#parts.body.replaceChildren(h("p", { class: "error", role: "alert" }, this.#words.engine), h("p", {}, error.message));
    this.#parts.standing.hidden = true;
    this.#parts.answers.hidden = true;
    this.#tell("placet-error", { error });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #ask(facts) {
    return this.#policy.standing(facts, { on: this.on, language: this.language, askAll: this.askAll });
  }

  #restore() {
    const kept = this.hasAttribute("remember") && sessionStorage.getItem(this.getAttribute("remember"));
    if (kept && Object.keys(this.#answers).length === 0) this.state = JSON.parse(kept);
  }

  #keep() {
    if (this.hasAttribute("remember")) sessionStorage.setItem(this.getAttribute("remember"), JSON.stringify(this.state));
  }

  /** The field behind a path; the field of a list for a member. */
  #field(path) {
    let fields = this.#fields;
    let found;
    for (const { name } of steps(path)) {
      found = fields.find((field) => field.name === name);
      fields = found?.fields ?? [];
    }
    return found;
  }

  #label(field) {
    return field.label ?? worded(field.name);
  }

  /** What is still to be asked. */
  #left() {
    return this.#standing.ask.filter((path) => !this.#skipped.has(path));
  }

  /** The questions of a page: one, or all that are asked of one member. */
  #page() {
    if (this.#editing) {
      const member = memberOf(this.#editing);
      const answered = (path) => holder(this.#answers, path)[0]?.[holder(this.#answers, path)[1]] !== undefined;
      if (!member) return [this.#editing];
      const all = this.#memberFields(member).map((field) => `${member}.${field.name}`);
      return all.filter((path) => path === this.#editing || answered(path) || this.#standing.ask.includes(path));
    }
    const left = this.#left();
    const member = left.length ? memberOf(left[0]) : "";
    return member ? left.filter((path) => memberOf(path) === member) : left.slice(0, 1);
  }

  #memberFields(member) {
    return this.#field(member)?.fields ?? [];
  }

  #draw(moveFocus) {
    this.#drawn += 1;
    const { header, body } = this.#parts;
    const words = this.#words;
    const cites = this.#policy.cites(this.language);
    header.replaceChildren(
      h("h2", { part: "title" }, this.#policy.title(this.language)),
      cites ? h("p", { class: "cites" }, cites) : "",
      h("p", { class: "soft" }, words.privacy),
    );
    const page = this.#page();
    if (page.length) this.#drawQuestion(body, page);
    else this.#drawResult(body);
    this.#drawStanding(page.length > 0);
    if (!moveFocus) return;
    if (page.length) this.#controls[0].focus();
    else body.querySelector("h3").focus();
  }

  #drawQuestion(body, page) {
    const words = this.#words;
    const member = memberOf(page[0]);
    const language = this.language;
    this.#controls = page.map((path) => {
      const field = this.#field(path);
      const [record, name] = holder(this.#answers, path);
      const label = field.ask ?? this.#label(field);
      const hint = field.ask && field.label && field.label !== field.ask ? field.label : undefined;
      return Object.assign(control(field, { words, label, hint, value: record?.[name], big: !member, language }), { path });
    });
    const left = this.#left();
    const answered = this.#history.length;
    const progress = this.#editing ? "" : words.progress(answered, left.length);
    const elements = this.#controls.map((c) => c.element);
    let questions = elements;
    if (member) {
      const list = this.#field(member);
      const { number } = steps(member).at(-1);
      const [owner, name] = holder(this.#answers, member);
      const title = words.pair(this.#label(list), words.member(number + 1, owner[name][number]?.id));
      questions = [h("fieldset", {}, h("legend", { class: "big" }, title), ...elements)];
    }
    const form = h(
      "form",
      { class: "question", part: "question", novalidate: true },
      progress ? h("p", { class: "soft" }, progress) : null,
      ...questions,
      h(
        "div",
        { class: "actions" },
        h("button", { class: "main", part: "button main-button", type: "submit" }, words.next),
        h("button", { type: "button", part: "button", onclick: () => this.#skip(page) }, words.skip),
        answered > 0 && !this.#editing
          ? h("button", { type: "button", part: "button", onclick: () => this.#back() }, words.back)
          : null,
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#commit();
    });
    body.replaceChildren(form);
    this.#drawAnswers();
  }

  /** Facts with what is filled in on this page. */
  #filled() {
    const answers = structuredClone(this.#answers);
    for (const { path, read } of this.#controls) {
      const [record, name] = holder(answers, path);
      const value = read();
      if (!record) continue;
      if (value === MISSING) delete record[name];
      else record[name] = value;
    }
    return answers;
  }

  /** Shows where one would stand with what is typed, while it fits. */
  #typed() {
    if (!this.#policy || this.#controls.length === 0) return;
    try {
      this.#standing = this.#ask({ ...this.#supplied, ...this.#filled() });
    } catch (error) {
      if (error.code !== "facts") throw error;
      return;
    }
    this.#drawStanding(true);
    this.#tell("placet-standing", { facts: this.facts, standing: this.#standing });
  }

  #commit() {
    const words = this.#words;
    const drawn = this.#drawn;
    for (const one of this.#controls) one.fail(null);
    const missing = this.#controls.filter((one) => one.read() === MISSING);
    if (missing.length === this.#controls.length) return this.#fail(missing.map((one) => [one, words.errors.missing]));
    const answers = this.#filled();
    let standing;
    try {
      standing = this.#ask({ ...this.#supplied, ...answers });
    } catch (error) {
      if (error.code !== "facts") throw error;
      const of = (one) => error.errors.some((e) => e.fact === one.path || e.fact?.startsWith(`${one.path}[`));
      const wrong = this.#controls.filter(of);
      return this.#fail((wrong.length ? wrong : this.#controls).map((one) => [one, this.#message(one.field)]));
    }
    this.#answers = answers;
    this.#standing = standing;
    for (const one of this.#controls) {
      if (missing.includes(one)) this.#skipped.add(one.path);
      else this.#skipped.delete(one.path);
      if (!this.#history.includes(one.path)) this.#history.push(one.path);
    }
    const fact = this.#controls[0].path;
    this.#editing = null;
    this.#keep();
    this.#tell("placet-answer", { fact, facts: this.facts, standing });
    if (drawn === this.#drawn) this.#draw(true);
    this.#announce();
  }

  /** Field errors: about what was typed, never about what follows from it. */
  #fail(all) {
    for (const [one, message] of all) one.fail(message);
    this.#parts.status.textContent = this.#words.pair(this.#words.errorSummary, all[0][1]);
    all[0][0].focus();
  }

  #message(field) {
    const { errors } = this.#words;
    if (field.kind === "date") {
      return field.low || field.high ? `${errors.date} ${errors.dateRange(field.low, field.high)}` : errors.date;
    }
    if (field.kind === "number") {
      const bounded = field.low !== undefined || field.high !== undefined;
      return bounded ? errors.numberRange(field.low, field.high, field.decimals) : errors.number(field.decimals);
    }
    return errors.other(field.accepts);
  }

  #skip(page) {
    for (const path of page) {
      const [record, name] = holder(this.#answers, path);
      if (record) delete record[name];
      this.#skipped.add(path);
      if (!this.#history.includes(path)) this.#history.push(path);
    }
    this.#editing = null;
    this.#standing = this.#ask(this.facts);
    this.#keep();
    this.#draw(true);
    this.#announce();
  }

  #back() {
    this.#edit(this.#history.pop());
  }

  #edit(path) {
    this.#editing = path;
    this.#standing = this.#ask(this.facts);
    this.#draw(true);
  }

  #announce() {
    const { headline, because } = this.#standing;
    const why = because.map((b) => b.message ?? b.title).join(" ");
    this.#parts.status.textContent = why ? `${headline}. ${why}` : headline;
    this.#tell("placet-standing", { facts: this.facts, standing: this.#standing });
  }

  /** The panel beside a question. */
  #drawStanding(shown) {
    const { standing } = this.#parts;
    const words = this.#words;
    standing.hidden = !shown;
    if (!shown) return;
    standing.className = `standing ${this.#standing.tone}`;
    standing.replaceChildren(
      h("h3", { class: "unseen" }, words.standing),
      h("p", { class: "headline", part: "headline" }, this.#standing.headline),
      ...this.#why(),
    );
  }

  /** What a standing says below its headline. */
  #why() {
    const words = this.#words;
    const { note, because, awards, elsewhere, supplied } = this.#standing;
    const list = (title, items) =>
      items.length ? [h("h4", {}, title), h("ul", {}, ...items.map((item) => h("li", {}, ...[item].flat())))] : [];
    const reason = (b) => [
      h("strong", {}, b.title),
      b.message ? h("div", {}, b.message) : "",
      b.cites ? h("div", { class: "cites" }, b.cites) : "",
    ];
    return [
      note ? h("p", {}, note) : "",
      ...list(words.because, because.map(reason)),
      ...list(words.awards, awards.map((a) => words.pair(a.title, a.text))),
      ...list(words.elsewhere, this.#byHolder(elsewhere)),
      ...list(words.supplied, supplied.map((s) => words.suppliedBy(s.title, s.text, s.source))),
    ];
  }

  /** What comes from elsewhere, a holder an item. */
  #byHolder(elsewhere) {
    const words = this.#words;
    const groups = new Map();
    for (const { fact, by, judged } of elsewhere) {
      const name = (judged ? words.judgedBy : words.heldBy)(by);
      groups.set(name, [...(groups.get(name) ?? []), this.#title(fact)]);
    }
    return [...groups].map(([name, titles]) => [h("strong", {}, name), h("div", {}, titles.join("; "))]);
  }

  /** Offers to answer what registers hold. */
  #askAllOffer() {
    const words = this.#words;
    if (this.askAll || this.#standing.elsewhere.every((e) => e.judged)) return "";
    const onclick = () => {
      this.#finished = false;
      this.askAll = true;
      (this.#controls[0] ?? this.#parts.body.querySelector("h3")).focus();
    };
    return h("div", { part: "offer" }, h("p", {}, words.askAllWhy), h("button", { type: "button", part: "button", onclick }, words.askAll));
  }

  /** The page that explains: what it comes to and why, and of a no what would change it. */
  #drawResult(body) {
    const words = this.#words;
    this.#controls = [];
    const needed = this.#standing.ask.filter((path) => this.#skipped.has(path));
    body.replaceChildren(
      h(
        "section",
        { class: `standing ${this.#standing.tone}`, part: "result" },
        h("h3", { class: "headline", part: "headline", tabindex: "-1" }, this.#standing.headline),
        ...this.#why(),
        needed.length ? h("h4", {}, words.skipped) : "",
        needed.length
          ? h("ul", {}, ...needed.map((path) => h("li", {}, this.#title(path), " ", this.#changeButton(path))))
          : "",
        ...this.#changes(),
      ),
      this.#askAllOffer(),
      h("div", { class: "actions" }, h("button", { type: "button", part: "button", onclick: () => {
        this.reset();
        this.#controls[0]?.focus();
      } }, words.again)),
    );
    this.#drawAnswers();
    if (this.#finished) return;
    this.#finished = true;
    this.#tell("placet-finish", { facts: this.facts, standing: this.#standing });
  }

  #changes() {
    const words = this.#words;
    if (this.#standing.tone !== "against") return [];
    const all = this.#policy.changes(this.facts, { on: this.on, language: this.language });
    const told = all.map((change) => {
      const values = change.to.map((to) => this.#shown(this.#field(change.fact ?? "") ?? { kind: "text" }, to.value, to.text));
      const what = change.fact ? words.changeFact(change.label ?? worded(change.fact), values) : words.changeDay(values[0]);
      const holder = change.held_by ? words.changeRegister(change.held_by) : "";
      return h("li", {}, h("strong", {}, words.pair(change.title, "")), `${what}${holder}. `.replace("。.", "。"), change.alone ? words.alone : words.notAlone);
    });
    return [
      h("h4", {}, words.changes),
      h("div", { class: "changes" }, told.length ? h("ul", {}, ...told) : h("p", {}, words.noChanges)),
    ];
  }

  /** A value in words. */
  #shown(field, value, text) {
    const words = this.#words;
    if (value === null) return words.none;
    if (value === true) return words.yes;
    if (value === false) return words.no;
    if (Array.isArray(value)) return words.members(value.length);
    if (field.kind === "choice") return worded(String(value));
    if (text !== undefined) return text;
    if (field.kind !== "number") return String(value);
    const per = field.per ? words.per[field.per] : undefined;
    const unit = field.measures === "money" ? words.money(field.currency, per) : words.units[field.measures];
    return unit ? `${value} ${unit}` : String(value);
  }

  #title(path) {
    const member = memberOf(path);
    const own = this.#label(this.#field(path));
    if (!member) return own;
    const { number } = steps(member).at(-1);
    const [owner, name] = holder(this.#answers, member);
    return this.#words.pair(this.#words.member(number + 1, owner?.[name]?.[number]?.id), own);
  }

  #changeButton(path) {
    const label = this.#words.changeOf(this.#title(path));
    const onclick = () => this.#edit(path);
    return h("button", { type: "button", class: "small", part: "button", "aria-label": label, onclick }, this.#words.change);
  }

  #drawAnswers() {
    const words = this.#words;
    const rows = [];
    const add = (fields, record, before) => {
      for (const field of fields) {
        const value = record[field.name];
        if (value === undefined) continue;
        const path = before + field.name;
        if (path !== this.#editing) {
          const told = this.#shown(field, value);
          rows.push(h("div", {}, h("dt", {}, this.#title(path)), h("dd", {}, told), h("dd", {}, this.#changeButton(path))));
        }
        if (field.kind === "list") value.forEach((member, i) => add(field.fields, member, `${path}[${i}].`));
      }
    };
    add(this.#fields, this.#answers, "");
    this.#parts.answers.hidden = rows.length === 0;
    this.#parts.answers.replaceChildren(h("h4", {}, words.answers), h("dl", { class: "answers" }, ...rows));
  }
}

if (!customElements.get("placet-form")) customElements.define("placet-form", PlacetForm);
