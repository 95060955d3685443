// Controls: one for each kind of field. A control has its element, the value that is filled in, and where to put the focus.
// Values are texts as people write them; whether they fit is the engine's to say.

/** An element with attributes, properties and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Nothing has been filled in. */
export const MISSING = Symbol("missing");

let ids = 0;
const fresh = () => `f${++ids}`;

/** A word of an enumeration as people read it. */
export function worded(word) {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Digits as they may be typed: full-width ones, and with commas between thousands. */
function digits(text) {
  const plain = text.normalize("NFKC").trim().replaceAll("−", "-");
  return /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(",", "") : plain;
}

/**
 * The control of a field. `big`: it is the question of its page, so that its label is the page's heading.
 */
export function control(field, { words, label, hint, value, big, language }) {
  const id = fresh();
  const errorId = `${id}e`;
  const hintId = `${id}h`;
  const error = h("span", { class: "error", id: errorId, part: "error", hidden: true });
  const hinted = hint ? h("span", { class: "hint", id: hintId }, hint) : null;
  const described = [hint && hintId, errorId].filter(Boolean).join(" ");
  const made = bodies[field.kind](field, { id, words, value, described, language });
  const text = h("span", {}, label);
  const wrap = made.grouped
    ? h("fieldset", { "aria-describedby": described }, h("legend", { class: big ? "big" : "" }, text), hinted, error, made.element)
    : h("div", {}, h("label", { class: big ? "label big" : "label", for: made.focus().id }, text), hinted, error, made.element);
  const element = h("div", { class: "field", part: "field", "data-fact": field.name }, wrap);
  let without = null;
  if (field.optional) {
    without = h("input", { type: "checkbox", checked: value === null });
    const follow = () => {
      for (const input of made.element.querySelectorAll("input, select")) input.disabled = without.checked;
    };
    without.addEventListener("change", follow);
    follow();
    wrap.append(h("label", { class: "without" }, without, words.none));
  }
  return {
    element,
    field,
    /** What is filled in, or `MISSING`. */
    read: () => (without?.checked ? null : made.read()),
    focus: () => (without?.checked ? without : made.focus()).focus(),
    /** Shows an error, or none. */
    fail(message) {
      error.textContent = message ?? "";
      error.hidden = !message;
      element.classList.toggle("bad", Boolean(message));
      for (const input of made.element.querySelectorAll("input:not([type=radio]), select")) {
        if (message) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      }
    },
  };
}

function radios(id, options, value, className) {
  const inputs = options.map(([option, label]) => {
    const input = h("input", { type: "radio", name: id, checked: value === option, id: `${id}-${String(option)}` });
    return { option, input, label: h("label", { class: "option", part: "option" }, input, label) };
  });
  return {
    grouped: true,
    element: h("div", { class: `options ${className}` }, ...inputs.map((i) => i.label)),
    read: () => inputs.find((i) => i.input.checked)?.option ?? MISSING,
    focus: () => (inputs.find((i) => i.input.checked) ?? inputs[0]).input,
  };
}

const bodies = {
  truth(_, { id, words, value }) {
    const options = [
      ["yes", words.yes],
      ["no", words.no],
    ];
    const shown = value === true ? "yes" : value === false ? "no" : undefined;
    const made = radios(id, options, shown, "pair");
    return { ...made, read: () => ({ yes: true, no: false })[made.read()] ?? MISSING };
  },

  choice(field, { id, words, value, described }) {
    if (field.choices.length <= 7) {
      return radios(id, field.choices.map((c) => [c, worded(c)]), value, "");
    }
    const select = h(
      "select",
      { id, "aria-describedby": described },
      h("option", { value: "" }, words.select),
      ...field.choices.map((c) => h("option", { value: c }, worded(c))),
    );
    select.value = typeof value === "string" ? value : "";
    return { element: select, read: () => select.value || MISSING, focus: () => select };
  },

  date(_, { id, words, value, language }) {
    const [year = "", month = "", day = ""] = typeof value === "string" ? value.split("-") : [];
    const input = (part, text, length) =>
      h("input", { type: "text", inputmode: "numeric", id: `${id}${part}`, value: text, maxlength: length, autocomplete: "off" });
    const parts = {
      day: input("d", day.replace(/^0/, ""), 2),
      month: input("m", month.replace(/^0/, ""), 2),
      year: input("y", year, 4),
    };
    const order = language.startsWith("zh") ? ["year", "month", "day"] : ["day", "month", "year"];
    const element = h("div", { class: "dates" }, ...order.map((p) => h("label", { class: p }, words[p], parts[p])));
    const read = () => {
      const [y, m, d] = ["year", "month", "day"].map((p) => digits(parts[p].value));
      if (!y && !m && !d) return MISSING;
      return `${y.padStart(4, "0")}-${m.padStart(2, "0")}-${d.padStart(2, "0")}`;
    };
    return { grouped: true, element, read, focus: () => parts[order[0]] };
  },

  number(field, { id, words, value, described }) {
    const input = h("input", {
      type: "text", class: "number", id, inputmode: field.decimals ? "decimal" : "numeric", autocomplete: "off",
      "aria-describedby": described, value: value === undefined || value === null ? "" : String(value),
    });
    const per = field.per ? words.per[field.per] : undefined;
    const unit = field.measures === "money" ? words.money(field.currency, per) : words.units[field.measures];
    return {
      element: h("span", { class: "affixed" }, input, unit ? h("span", { class: "unit" }, unit) : null),
      read: () => digits(input.value) || MISSING,
      focus: () => input,
    };
  },

  text(_, { id, value, described }) {
    const input = h("input", { type: "text", class: "wide", id, "aria-describedby": described, value: value ?? "" });
    return { element: input, read: () => input.value || MISSING, focus: () => input };
  },

  list(field, { id, words, value }) {
    const rows = h("div", { class: "groups" });
    const add = h("button", { type: "button", class: "add", part: "button" });
    const names = () => [...rows.querySelectorAll("input")];
    const number = () => {
      names().forEach((input, i) => {
        const which = words.member(i + 1, "");
        input.previousSibling.textContent = `${which}: ${words.name}`;
        input.closest(".group").querySelector("button").setAttribute("aria-label", words.removeOf(which));
      });
      add.textContent = names().length === 0 ? words.addFirst : words.add;
      add.hidden = names().length >= field.most;
    };
    // A record keeps what was told of it, whatever its place in the list comes to be.
    const row = (record) => {
      const input = h("input", { type: "text", value: record.id ?? "", autocomplete: "off" });
      input.record = record;
      const remove = h("button", { type: "button", class: "small", part: "button", onclick: () => {
        group.remove();
        number();
        add.focus();
        rows.dispatchEvent(new Event("input", { bubbles: true }));
      } }, words.remove);
      const group = h("div", { class: "group", part: "member" }, h("label", {}, h("span"), input), remove);
      rows.append(group);
      return input;
    };
    for (const record of Array.isArray(value) ? value : []) row(record);
    add.addEventListener("click", () => {
      row({}).focus();
      number();
      rows.dispatchEvent(new Event("input", { bubbles: true }));
    });
    number();
    add.id = id;
    return {
      grouped: true,
      element: h("div", {}, h("p", { class: "hint" }, words.listHint), rows, add),
      read: () => names().map(({ record, value: name }) => ({ ...record, id: name.trim() || undefined })),
      focus: () => add,
    };
  },
};
