// The editor: colours by the grammar's own tokens, diagnostics, completion, coverage tint.

import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import { tokens, vocabulary } from "./placet/drafting.js";

const { kinds, keywords } = vocabulary();
const marks = kinds.map((kind) => Decoration.mark({ class: `t-${kind}` }));

function colours(text) {
  const all = tokens(text);
  const builder = new RangeSetBuilder();
  for (let i = 0; i < all.length; i += 3) builder.add(all[i], all[i + 1], marks[all[i + 2]]);
  return builder.finish();
}

const coloured = StateField.define({
  create: (state) => colours(state.doc.toString()),
  update: (value, transaction) => (transaction.docChanged ? colours(transaction.state.doc.toString()) : value),
  provide: (field) => EditorView.decorations.from(field),
});

const setTint = StateEffect.define();
const tints = { full: "tint-full", part: "tint-part", none: "tint-none" };
const tinted = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setTint)) {
        const lines = [...effect.value].sort(([a], [b]) => a - b);
        const { doc } = transaction.state;
        return Decoration.set(
          lines.filter(([line]) => line <= doc.lines).map(([line, tint]) => Decoration.line({ class: tints[tint] }).range(doc.line(line).from)),
        );
      }
    }
    return transaction.docChanged ? Decoration.none : value;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const TYPES = { fact: "variable", define: "function", rule: "class", award: "property", report: "property", entity: "type", value: "enum", policy: "namespace" };

/** Names that are declared, then the language's phrases. */
function completions(names) {
  return (context) => {
    const word = context.matchBefore(/[\p{L}\p{N}_]+/u);
    if (!word && !context.explicit) return null;
    const seen = new Set();
    const own = names().filter((n) => !seen.has(n.name) && seen.add(n.name));
    return {
      from: word ? word.from : context.pos,
      validFor: /^[\p{L}\p{N}_]*$/u,
      options: [
        ...own.map((n) => ({ label: n.name, detail: n.title ?? n.kind, type: TYPES[n.kind], boost: 1 })),
        ...keywords.map((label) => ({ label, type: "keyword" })),
      ],
    };
  };
}

/** An editor in an element. `changed` is told of every change of the text by the writer. */
export function editor(parent, { changed, names }) {
  const label = new Compartment();
  const extensions = [
    lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), drawSelection(), history(), bracketMatching(), closeBrackets(),
    lintGutter(), search({ top: true }), highlightSelectionMatches(), EditorView.lineWrapping,
    autocompletion({ override: [completions(names)] }),
    keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap]),
    coloured, tinted,
    label.of([]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
  ];
  const view = new EditorView({ parent, state: EditorState.create({ extensions }) });
  return {
    view,
    get text() {
      return view.state.doc.toString();
    },
    /** Another file: nothing of the one before is undone into it. */
    open(text) {
      view.setState(EditorState.create({ doc: text, extensions }));
    },
    /** The same file, written anew. */
    replace(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    label(text) {
      view.dispatch({ effects: label.reconfigure(EditorView.contentAttributes.of({ "aria-label": text, tabindex: "0" })) });
    },
    diagnose(found) {
      const end = view.state.doc.length;
      const all = found.map((d) => ({
        from: Math.min(d.place.units[0], end),
        to: Math.min(d.place.units[1], end),
        severity: d.severity,
        message: [d.message, d.help, ...(d.labels ?? []).map((l) => l.message)].filter(Boolean).join("\n"),
        source: d.code,
      }));
      view.dispatch(setDiagnostics(view.state, all));
    },
    tint(lines) {
      view.dispatch({ effects: setTint.of(lines) });
    },
    go(units) {
      const at = Math.min(units[0], view.state.doc.length);
      view.dispatch({ selection: { anchor: at, head: Math.min(units[1], view.state.doc.length) }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
  };
}
