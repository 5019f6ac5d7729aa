// The looks of a conversation.

import { sheet } from "./styles.js";

export const CHAT = sheet(`
.intro > * + * { margin-top: .7em; }
.intro { margin-bottom: 1.4em; }
.about { font-size: 1.2em; font-weight: 650; line-height: 1.3; }
.label { margin-bottom: .4em; font-size: .9em; color: var(--ink-quiet); }
.log { display: grid; gap: 1.8em; }
.log:not(:empty) { margin-bottom: 1.8em; }
.question {
  width: fit-content; max-width: 38em; margin-inline-start: auto; padding: .6em 1em; border-radius: var(--radius) var(--radius) 2px;
  background: var(--brand); color: var(--on-brand); white-space: pre-line; scroll-margin-top: 1em;
}
.turn { scroll-margin-top: 1em; }
.answer { position: relative; max-width: 44em; margin-top: 1em; }
.who { font-size: .85em; font-weight: 650; color: var(--ink-quiet); }
.body { margin-top: .3em; }
.body > * + * { margin-top: .7em; }
.body :is(ol, ul) { padding-inline-start: 1.5em; }
.body ol { list-style: decimal; }
.body ul { list-style: disc; }
.body li + li { margin-top: .3em; }
.body li::marker { color: var(--ink-quiet); }
.body blockquote { padding-inline-start: .9em; border-inline-start: 3px solid var(--line-strong); }
.body blockquote > * + * { margin-top: .5em; }
.body pre { padding: .8em 1em; border: 1px solid var(--line); border-radius: var(--radius); white-space: pre-wrap; font-size: .92em; }
strong { font-weight: 650; }
.mark {
  display: inline-block; min-width: 1.85em; min-height: 0; padding: .12em .3em; margin-inline: .1em; border: 0; border-radius: .5em;
  background: var(--surface-quiet); color: var(--brand); font-size: .8125em; font-weight: 650; line-height: 1.6; text-align: center; vertical-align: .06em;
}
.mark:is([aria-expanded="true"], button:hover) { background: var(--brand); color: var(--on-brand); }
.passage {
  position: relative; margin: .6em 0 .8em; padding: .9em 1.1em; border: 1px solid var(--line-strong); border-inline-start: 4px solid var(--brand);
  border-radius: var(--radius); background: var(--surface); line-height: 1.5; list-style: none;
}
.passage > * + * { margin-top: .45em; }
.passage .heading { font-weight: 650; }
.passage p:first-of-type { padding-inline-end: 2.2em; }
.body .passage blockquote { padding: 0; border: 0; }
.close { position: absolute; inset: .4em .4em auto auto; display: grid; place-items: center; min-width: 2em; min-height: 2em; padding: 0; border-color: transparent; }
.more > * { margin-top: 1em; }
.more .notice { padding: .5em .8em; border-radius: calc(var(--radius) / 2); background: var(--surface-quiet); }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .2em .6em; margin-inline-start: -.5em; }
.thumbs { display: inline-flex; gap: .2em; }
.comment { max-width: 34em; padding: .9em 1.1em; border: 1px solid var(--line); border-radius: var(--radius); }
.comment .row { margin-top: .6em; }
.comment label { margin-top: .3em; font-weight: 400; }
.under { align-items: start; justify-content: space-between; margin-top: .6em; flex-wrap: nowrap; }
.under .notice { max-width: 46em; }
.under button { flex: none; }
.write { padding-top: .9em; border-top: 1px solid var(--line); background: var(--surface); }
.intro + .log:empty ~ .write { padding-top: 0; border-top: 0; }
@media (min-height: 44em) {
  .roomy .write { position: sticky; bottom: 0; padding-bottom: .9em; }
  .roomy .log :is(a, button, textarea, .passage) { scroll-margin-bottom: 9em; }
}
@container cookbook (min-width: 66em) {
  .passage { position: absolute; inset-inline-start: calc(100% + 1.5em); width: 20em; margin-top: -2.2em; }
}
@container cookbook (max-width: 30em) {
  .under { flex-direction: column; }
  .question { max-width: 92%; }
}
@media (forced-colors: active) {
  .mark, .question { border: 1px solid; }
  [aria-pressed="true"], [aria-expanded="true"] { border-width: 3px; }
}
@media (prefers-reduced-motion: no-preference) {
  .waiting { animation: wait 1.4s ease-in-out infinite alternate; }
  @keyframes wait { from { opacity: .55; } }
}
@media print { .write, .actions, .next { display: none; } }
`);
