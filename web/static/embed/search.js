// The view of <cookbook-search>: a search box, the recipes that answer and the metrics beside them.

import { el, excerpt } from "./build.js";
import { sheet } from "./styles.js";
import { Suggestions } from "./suggest.js";

const FEW = 5; // recipes shown
const FEW_COMPACT = 3;
const METRICS = 4;
const LIKELY = 0.15; // probability under which a hit does not answer by itself
const EXCERPT = 240; // characters of a passage
const SIGN_AFTER = 150; // milliseconds; a quicker answer needs no sign of waiting
const SLOW_AFTER = 4000;

const key = (hit, id = hit.id) => `${hit.owner}/${id}`; // two cities may share an id

const STYLES = `
.search .ask-row { align-items: start; }
.combo { position: relative; }
.suggestions {
  position: absolute; inset: calc(100% + .3em) 0 auto; z-index: 1; max-height: 22em; overflow-y: auto; padding: .3em; border: 1px solid var(--line-strong);
  border-radius: var(--radius); background: var(--surface); box-shadow: 0 .5em 1.5em rgb(0 0 0 / .16);
}
.suggestions li { display: flex; align-items: baseline; justify-content: space-between; gap: 1em; padding: .5em .7em; border-radius: calc(var(--radius) / 2); cursor: pointer; }
.suggestions li:is(:hover, [aria-selected="true"]) { background: var(--surface-quiet); }
.suggestions [aria-selected="true"] { box-shadow: inset 3px 0 var(--brand); }
/* In a frame the list makes room for itself, or the frame would cut it. */
:host([framed]) .suggestions { position: static; margin-top: .3em; }
b { font-weight: 650; }
.results:not(:empty) { margin-top: 1.4em; }
.results.busy { opacity: .55; }
.found { display: grid; gap: 1.6em; }
.recipes ol, .metrics { display: grid; gap: .8em; }
.recipes h2 { margin-bottom: .7em; }
.metrics { align-content: start; }
.card { padding: 1em 1.15em; border: 1px solid var(--line); border-radius: var(--radius); }
.labels { display: flex; flex-wrap: wrap; gap: .2em .8em; font-size: .85em; color: var(--ink-quiet); }
.labels:empty { display: none; }
.phase { font-weight: 650; color: var(--ink); }
.card h3 { margin-top: .2em; }
.card h3 a { text-decoration: none; }
.card h3 a:hover { text-decoration: underline; }
.why { margin-top: .35em; }
.passages { display: grid; gap: .7em; margin-top: .8em; padding-top: .8em; border-top: 1px solid var(--line); font-size: .94em; }
.passages a { font-weight: 600; }
.passages p { color: var(--ink-quiet); white-space: pre-line; }
.measures { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3em .7em; margin-top: .8em; font-size: .9em; }
.metric { padding: .8em 1em; }
.metric h3 { margin: 0 0 .2em; font-size: 1em; }
.metric .small { margin-top: .4em; }
.level::before { content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .4em; border-radius: 50%; background: currentColor; }
.level { font-weight: 600; }
.level.tuotos { color: light-dark(#0b5a6f, #7fcbe0); }
.level.tulos { color: light-dark(#2d6a35, #93d19b); }
.level.vaikuttavuus { color: light-dark(#7a3f78, #e0aade); }
.formula { margin-top: .5em; padding: .45em .65em; border-radius: calc(var(--radius) / 2); background: var(--surface-quiet); font-size: .88em; line-height: 1.45; }
.topics { margin-top: 1.4em; }
.topics h3 { margin-bottom: .5em; font-size: 1em; }
.message .topics { margin-top: .7em; }
.all { margin-top: 1.2em; }
@container cookbook (min-width: 52em) {
  .found:has(.metrics) { grid-template-columns: minmax(0, 1fr) 18em; align-items: start; }
}
@media (forced-colors: active) { .level::before { forced-color-adjust: none; background: CanvasText; } }
@media (prefers-reduced-motion: no-preference) { .results { transition: opacity .15s; } }
`;

export class View {
  static styles = sheet(STYLES);
  #running;

  /** `host` is the element, `root` where to draw; `query` was asked before a redraw. */
  constructor(host, root, query = host.getAttribute("query")) {
    this.host = host;
    this.query = query || "";
    this.box = el("input", {
      id: "q", type: "search", part: "input", autocomplete: "off", enterkeyhint: "search", maxlength: 2000, required: true,
    });
    this.box.value = this.query;
    this.status = this.host.announcer();
    this.suggestions = new Suggestions(host, this.box, this.status.say, (text) => {
      this.box.value = text;
      this.search(text, true);
    });
    this.results = el("div", { class: "results", part: "results" });
    root.classList.add("search");
    root.append(
      el("form", { class: "ask", part: "form", role: "search", onsubmit: (event) => this.#submit(event) },
        el("label", { for: "q", part: "label" }, this.host.t("search.label")),
        el("div", { class: "row ask-row" }, el("div", { class: "combo" }, this.box, this.suggestions.list),
          el("button", { class: "strong", part: "button" }, this.host.t("search.button.short")))),
      this.status.region,
      this.results,
    );
    if (this.query) this.search(this.query);
  }

  /** Stops; what was asked goes on in the next view. */
  leave() {
    this.#running?.abort();
    return this.query;
  }

  #submit(event) {
    event.preventDefault();
    const query = this.box.value.trim();
    if (query) this.search(query, true);
  }

  /** Searches and shows what was found; `asked` where a person asked, who is then told and led to it. */
  async search(query, asked = false) {
    this.query = query;
    this.suggestions.close();
    this.leave();
    const mine = (this.#running = new AbortController());
    const signs = [
      setTimeout(() => this.#busy(true), SIGN_AFTER),
      setTimeout(() => this.status.say(this.host.t("embed.slow")), SLOW_AFTER),
    ];
    try {
      const limit = this.host.compact ? FEW_COMPACT : FEW;
      const found = await this.host.api.search({ query, limit, filters: this.host.filters }, mine.signal);
      this.results.replaceChildren(...this.#found(found, query));
      const heading = this.results.querySelector("h2");
      this.status.say(heading.textContent);
      if (asked) heading.focus({ preventScroll: true });
    } catch (error) {
      if (mine.signal.aborted) return;
      this.status.say("");
      this.results.replaceChildren(this.host.message(error, () => this.search(query, true)));
    } finally {
      signs.forEach(clearTimeout);
      if (this.#running === mine) this.#busy(false);
    }
  }

  #busy(busy) {
    this.results.setAttribute("aria-busy", busy);
    this.results.classList.toggle("busy", busy);
    if (busy) this.status.say(this.host.t("search.working"));
  }

  #found(found, query) {
    const sure = found.recipes.some((hit) => hit.score >= LIKELY);
    const recipes = sure ? found.recipes.filter((hit) => hit.score >= LIKELY) : found.recipes.slice(0, FEW_COMPACT);
    const named = new Set(recipes.flatMap((hit) => hit.metrics.map((id) => key(hit, id))));
    const metrics = found.metrics.filter((hit) => hit.score >= LIKELY || named.has(key(hit))).slice(0, METRICS);
    if (!found.answerable || !(recipes.length || metrics.length)) return this.#nothing(found);
    const titles = new Map(found.metrics.map((hit) => [key(hit), hit]));
    const recipesById = new Map(recipes.map((hit) => [key(hit), hit]));
    const n = recipes.length;
    const told = !recipes.length ? "results.onlymetrics" : sure ? "results.count" : "results.closest";
    return [
      el("div", { class: "found" },
        el("div", { class: "recipes" },
          heading(this.host.t(told, { n })),
          el("ol", {}, recipes.map((hit) => el("li", {}, this.#recipe(hit, titles, found.language))))),
        metrics.length > 0 && el("aside", { class: "metrics", "aria-labelledby": "metrics" },
          el("h2", { id: "metrics" }, this.host.t("metrics.title")),
          metrics.map((hit) => this.#metric(hit, recipesById, found.language)))),
      found.suggestions.length > 0 && this.#topics(found, "results.next"),
      el("p", { class: "all" }, this.host.link("", { href: this.host.api.page("", { q: query, lang: this.host.language, ...this.host.filters }) },
        this.host.t("embed.all"))),
    ].filter(Boolean);
  }

  #nothing(found) {
    return [
      el("div", { class: "message", part: "message" },
        heading(this.host.t("empty.title")),
        el("p", {}, this.host.t(Object.keys(this.host.filters).length ? "embed.filtered" : "embed.empty")),
        found.suggestions.length > 0 && this.#topics(found, "empty.nearest"),
        el("p", {}, this.host.link("", {}, this.host.t("embed.open")))),
    ];
  }

  #recipe(hit, metrics, lang) {
    const measures = hit.metrics.map((id) => metrics.get(key(hit, id))).filter(Boolean).slice(0, 3);
    return el("article", { class: "card", part: "recipe" },
      el("p", { class: "labels" },
        hit.phase && el("span", { class: "phase" }, el("span", { class: "unseen" }, `${this.host.t("phase")} `), this.host.t(`phase.${hit.phase}`)),
        el("span", {}, this.host.t(`kind.${hit.kind}`))),
      el("h3", { part: "title" }, this.host.link(hit.url, { lang }, hit.title)),
      el("p", { class: "why", part: "why", lang }, this.host.compact ? hit.summary : hit.why),
      !this.host.compact && hit.passages.length > 0 && el("ul", { class: "passages", "aria-label": this.host.t("results.steps") },
        hit.passages.map((passage) => el("li", { part: "passage", lang: hit.language },
          passage.heading && this.host.link(`${hit.url}#${passage.anchor}`, {}, passage.heading),
          el("p", {}, excerpt(passage, EXCERPT))))),
      measures.length > 0 && !this.host.compact && el("div", { class: "measures" },
        el("span", { class: "quiet" }, this.host.t("results.measure")),
        el("ul", { class: "chips" }, measures.map(({ url, title }) =>
          el("li", {}, this.host.link(url, { class: "chip", lang }, title))))));
  }

  #metric(hit, recipes, lang) {
    const via = hit.via.map((id) => recipes.get(key(hit, id))).filter(Boolean).slice(0, 2);
    return el("article", { class: "card metric", part: "metric" },
      el("h3", { part: "title" }, this.host.link(hit.url, { lang }, hit.title)),
      el("p", { class: "labels" },
        el("span", { class: `level ${hit.level}` }, el("span", { class: "unseen" }, `${this.host.t("level")}: `), this.host.t(`level.${hit.level}`))),
      el("p", { class: "formula", part: "formula" },
        el("span", { class: "unseen" }, `${this.host.t("metrics.formula")}: `), el("span", { lang: "fi" }, hit.formula)),
      !this.host.compact && el("p", { class: "small quiet" }, `${this.host.t("document.unit")}: `, el("span", { lang: "fi" }, hit.unit)),
      !this.host.compact && via.length > 0 && el("p", { class: "small quiet" }, this.host.t(via.length > 1 ? "metrics.via.many" : "metrics.via"), " ",
        via.map(({ url, title }, at) => [at ? ", " : "", this.host.link(url, { lang }, title)])));
  }

  #topics(found, key) {
    return el("section", { class: "topics" },
      el("h3", {}, this.host.t(key)),
      el("ul", { class: "chips" }, found.suggestions.map((topic) =>
        el("li", {}, el("button", {
          type: "button", class: "chip", part: "chip", lang: found.language,
          onclick: () => {
            this.box.value = topic;
            this.search(topic, true);
          },
        }, topic)))));
  }
}

function heading(text) {
  return el("h2", { tabindex: "-1", part: "heading" }, text);
}
