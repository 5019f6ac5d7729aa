// The looks of the components: stylesheets that all of them share, built so that neither an inline style nor
// a style of the page around is needed or let in.
//
// A page sets these custom properties on the element or on anything around it:
//   --cookbook-brand  --cookbook-on-brand  --cookbook-surface  --cookbook-surface-quiet  --cookbook-ink
//   --cookbook-ink-quiet  --cookbook-line  --cookbook-line-strong  --cookbook-mark  --cookbook-on-mark
//   --cookbook-font  --cookbook-font-size  --cookbook-radius  --cookbook-padding  --cookbook-shadow
// Dark or light follows the page's own color-scheme; theme="light|dark|auto" on the element overrides it.
//
// `all: initial` on the inner root undoes what inherits from the page; the font size starts from the reader's own.

/** A stylesheet that all elements on the page share. */
export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

export const BASE = sheet(`
:host { display: block; }
:host([hidden]), [hidden] { display: none !important; }
.cookbook {
  all: initial; direction: ltr; display: block; color-scheme: inherit; container: cookbook / inline-size;
  --brand: var(--cookbook-brand, light-dark(#0b5a6f, #7fcbe0));
  --on-brand: var(--cookbook-on-brand, light-dark(#fff, #06222b));
  --surface: var(--cookbook-surface, light-dark(#fff, #162429));
  --surface-quiet: var(--cookbook-surface-quiet, color-mix(in srgb, var(--surface), var(--ink) 8%));
  --ink: var(--cookbook-ink, light-dark(#15272d, #e6eef0));
  --ink-quiet: var(--cookbook-ink-quiet, color-mix(in srgb, var(--ink), var(--surface) 25%));
  --line: var(--cookbook-line, color-mix(in srgb, var(--ink), var(--surface) 82%));
  --line-strong: var(--cookbook-line-strong, color-mix(in srgb, var(--ink), var(--surface) 42%));
  --radius: var(--cookbook-radius, 10px);
  box-sizing: border-box; padding: var(--cookbook-padding, 1.25em); border-radius: var(--radius);
  background: var(--surface); color: var(--ink); box-shadow: var(--cookbook-shadow, inset 0 0 0 1px var(--line));
  font: var(--cookbook-font-size, medium)/1.55 var(--cookbook-font, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif);
  overflow-wrap: break-word; text-align: start;
}
:host([theme="light"]) .cookbook { color-scheme: light; }
:host([theme="dark"]) .cookbook { color-scheme: dark; }
:host([theme="auto"]) .cookbook { color-scheme: light dark; }
.cookbook *, .cookbook ::before { box-sizing: border-box; }
h2, h3, p, ul, ol, blockquote, pre { margin: 0; padding: 0; font: inherit; }
h2, h3 { font-weight: 650; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.2em; }
h3 { font-size: 1.1em; }
ul, ol { list-style: none; }
a { color: var(--brand); text-underline-offset: .18em; }
a:hover { text-decoration-thickness: .13em; }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; border-radius: 4px; }
[tabindex="-1"]:focus { outline: none; }
mark { padding: .04em .12em; margin: 0 -.06em; border-radius: .2em;
  background: var(--cookbook-mark, light-dark(#ffedba, #57450f)); color: var(--cookbook-on-mark, light-dark(#2b2005, #fff4d4)); }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--ink-quiet); font-weight: 400; letter-spacing: 0; }
.small { font-size: .875em; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .6em 1em; }
.icon { width: 1.25em; height: 1.25em; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }

button, input, textarea { margin: 0; font: inherit; color: inherit; letter-spacing: inherit; }
button {
  min-height: 2.5em; padding: .35em 1.1em; border: 1px solid var(--line-strong); border-radius: var(--radius);
  background: none; color: var(--brand); font-weight: 600; cursor: pointer;
}
button:hover { border-color: currentColor; text-decoration: underline; }
button.strong { border-color: var(--brand); background: var(--brand); color: var(--on-brand); }
button.strong:hover { background: color-mix(in srgb, var(--brand), var(--ink) 22%); }
.quiet-button, .icon-button { display: inline-flex; align-items: center; gap: .45em; border-color: transparent; padding-inline: .5em; font-size: .9em; font-weight: 500; }
.icon-button { padding: .35em; min-width: 2.5em; justify-content: center; }
.icon-button[aria-pressed="true"] { background: var(--brand); color: var(--on-brand); }
label { display: block; margin-bottom: .4em; font-weight: 650; }
input, textarea {
  width: 100%; min-height: 2.9em; padding: .55em .8em; border: 1px solid var(--line-strong); border-radius: var(--radius);
  background: var(--surface); appearance: none;
}
textarea { display: block; resize: vertical; field-sizing: content; max-height: 14em; }
input:focus, textarea:focus { outline: 3px solid var(--brand); outline-offset: 1px; }
.ask-row { flex-wrap: nowrap; align-items: end; }
.ask-row > :first-child { flex: 1; min-width: 0; }
.ask-row button { min-height: 2.9em; }
.chips { display: flex; flex-wrap: wrap; gap: .4em; }
.chip {
  display: inline-block; min-height: 0; padding: .25em .85em; border: 1px solid var(--line); border-radius: 1.3em;
  background: var(--surface-quiet); color: var(--ink); font-size: .92em; font-weight: 400; line-height: 1.45; text-align: start; text-decoration: none;
}
a.chip:hover { text-decoration: underline; }
.message { padding: 1em 1.2em; border-left: 4px solid var(--brand); border-radius: var(--radius); background: var(--surface-quiet); }
.message > * + * { margin-top: .7em; }
details summary { cursor: pointer; color: var(--brand); }
details p { margin-top: .4em; font-size: .92em; }
@media (forced-colors: active) { .chip, button { border: 1px solid; } }
`);
