// The form's own style. Everything that a page may want to change is a custom property or a part.

export const STYLE = `
:host {
  --_ink: var(--placet-ink, light-dark(#1b2330, #e6eaf0));
  --_soft: var(--placet-soft, light-dark(#4d5868, #a9b4c2));
  --_paper: var(--placet-paper, light-dark(#ffffff, #171c24));
  --_panel: var(--placet-panel, light-dark(#f3f6fa, #1f2631));
  --_line: var(--placet-line, light-dark(#75808f, #7f8b9b));
  --_accent: var(--placet-accent, light-dark(#1f55c4, #8fb2ff));
  --_on-accent: var(--placet-on-accent, light-dark(#ffffff, #0d1420));
  --_good: var(--placet-good, light-dark(#19692f, #7fd497));
  --_bad: var(--placet-bad, light-dark(#a32018, #ff9d93));
  --_person: var(--placet-person, light-dark(#7a5200, #f0c266));
  --_radius: var(--placet-radius, 8px);
  display: block;
  container-type: inline-size;
  color: var(--_ink);
  background: var(--_paper);
  font: var(--placet-font, 1rem/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif);
}
*, *::before { box-sizing: border-box; }
[hidden] { display: none !important; }
.sheet { display: grid; gap: 1.5rem; padding: 1rem; }
@container (min-width: 46rem) {
  .sheet { grid-template-columns: minmax(0, 3fr) minmax(16rem, 2fr); grid-template-rows: auto auto 1fr; align-items: start; padding: 1.5rem; }
  header { grid-column: 1 / -1; }
  [part="standing"] { position: sticky; top: 1rem; grid-row: span 2; }
  [part="body"], .given { grid-column: 1; }
}
h2, h3, h4, p, ol, ul, dl, dd, fieldset { margin: 0; padding: 0; border: 0; }
h2 { font-size: 1.5rem; line-height: 1.25; }
h3 { font-size: 1.2rem; line-height: 1.3; }
h4 { font-size: 1rem; margin-block: 1rem .25rem; }
.soft { color: var(--_soft); font-size: .9rem; }
.question { display: grid; gap: 1rem; }
fieldset { min-width: 0; }
legend, .label { padding: 0; font-weight: 600; display: block; }
legend.big, .label.big { font-size: 1.25rem; line-height: 1.35; margin-bottom: .5rem; }
.hint { color: var(--_soft); display: block; margin-bottom: .35rem; font-size: .9rem; }
.field + .field { margin-top: 1.1rem; }
input[type="text"], select {
  font: inherit; color: inherit; background: var(--_paper); min-height: 2.75rem; padding: .4rem .6rem;
  border: 1.5px solid var(--_line); border-radius: var(--_radius); max-width: 100%;
}
input.wide { width: 100%; }
input.number { width: 11rem; text-align: end; }
.affixed { display: inline-flex; align-items: center; gap: .5rem; flex-wrap: wrap; }
.dates { display: flex; gap: .75rem; flex-wrap: wrap; }
.dates label { display: grid; font-size: .9rem; }
.dates input { width: 4.2rem; }
.dates .year input { width: 6rem; }
.options { display: grid; gap: .5rem; }
.option { display: flex; align-items: center; gap: .65rem; min-height: 2.75rem; padding: .35rem .75rem; border: 1.5px solid var(--_line); border-radius: var(--_radius); cursor: pointer; }
.option:has(input:checked) { border-color: var(--_accent); background: color-mix(in srgb, var(--_accent) 10%, transparent); }
.pair { grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); max-width: 24rem; }
.without { display: inline-flex; align-items: center; gap: .5rem; min-height: 2.25rem; margin-top: .4rem; }
input[type="radio"], input[type="checkbox"] { width: 1.25rem; height: 1.25rem; margin: 0; flex: none; accent-color: var(--_accent); }
.error { color: var(--_bad); font-weight: 600; display: block; margin-bottom: .4rem; }
.bad { border-inline-start: 4px solid var(--_bad); padding-inline-start: .75rem; }
button { font: inherit; min-height: 2.75rem; padding: .4rem 1.1rem; border-radius: var(--_radius); border: 1.5px solid var(--_accent); color: var(--_accent); background: transparent; cursor: pointer; }
button.main { background: var(--_accent); color: var(--_on-accent); font-weight: 600; }
button.small { min-height: 2rem; padding: .1rem .6rem; border-color: transparent; text-decoration: underline; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
.standing { background: var(--_panel); border-radius: var(--_radius); padding: 1rem; border-inline-start: 6px solid var(--_line); }
.standing.approved { border-color: var(--_good); } .standing.approved .headline { color: var(--_good); }
.standing.against, .standing.invalid { border-color: var(--_bad); } .standing.against .headline, .standing.invalid .headline { color: var(--_bad); }
.standing.person { border-color: var(--_person); } .standing.person .headline { color: var(--_person); }
h3.headline { outline-offset: 5px; margin-bottom: .35rem; }
.headline { font-size: 1.1rem; font-weight: 700; }
.standing ul { list-style: none; display: grid; gap: .5rem; }
.cites { color: var(--_soft); font-size: .9rem; }
.changes li { display: list-item; }
.changes ul { list-style: disc; padding-inline-start: 1.25rem; }
dl.answers { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr) auto; }
dl.answers > div { display: contents; }
dl.answers > div > * { padding-block: .4rem; border-top: 1px solid color-mix(in srgb, var(--_line) 45%, transparent); overflow-wrap: anywhere; }
dl.answers dd { padding-inline-start: .75rem; }
.group { border: 1.5px solid var(--_line); border-radius: var(--_radius); padding: .75rem; display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; }
[part="body"] { display: grid; gap: 1.25rem; min-width: 0; }
[part="offer"] { display: grid; gap: .6rem; justify-items: start; }
.group label { flex: 1 1 12rem; display: grid; }
.groups { display: grid; gap: .75rem; margin-bottom: .75rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (forced-colors: active) { .standing { border: 2px solid; } }
`;
