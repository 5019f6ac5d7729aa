// Suggestions under the search box while typing: a combobox with a listbox, as ARIA has it.

import { el } from "./build.js";

const WAIT = 120; // milliseconds after the last key
const MOST = 6;
const LEAST = 2; // characters

export class Suggestions {
  #running;
  #timer;
  #active = -1;

  /** `say(text)` tells how many there are, `choose(text)` is called with what was picked. */
  constructor(host, box, say, choose) {
    this.host = host;
    this.box = box;
    this.say = say;
    this.choose = choose;
    this.list = el("ul", {
      id: "suggestions", class: "suggestions", part: "suggestions", role: "listbox", hidden: true, "aria-label": host.t("suggest.title"),
    });
    const roles = { role: "combobox", "aria-controls": "suggestions", "aria-autocomplete": "list", "aria-expanded": "false" };
    for (const [name, value] of Object.entries(roles)) box.setAttribute(name, value);
    box.addEventListener("input", () => this.#plan());
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("blur", () => this.close());
  }

  close() {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.#point(-1);
  }

  #plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(this.box.value.trim()), WAIT);
  }

  async #fetch(typed) {
    this.#running?.abort();
    if (typed.length < LEAST) return this.close();
    const mine = (this.#running = new AbortController());
    try {
      const { suggestions } = await this.host.api.suggest(typed, this.host.language, MOST, mine.signal);
      if (!mine.signal.aborted) this.#show(suggestions);
    } catch {
      if (!mine.signal.aborted) this.close(); // the search itself says what is wrong
    }
  }

  #show(found) {
    this.list.replaceChildren(...found.map(({ text, kind, language, highlights }, at) => {
      const pick = (event) => {
        event.preventDefault();
        this.#pick(text);
      };
      return el("li", { id: `suggestion-${at}`, role: "option", "aria-selected": "false", lang: language, onmousedown: pick },
        el("span", {}, marked(text, highlights)),
        kind !== "problem" && el("span", { class: "small quiet", lang: this.host.language }, this.host.t(`kind.${kind}`)));
    }));
    this.list.hidden = !found.length;
    this.box.setAttribute("aria-expanded", String(found.length > 0));
    this.#point(-1);
    this.say(found.length ? this.host.t("suggest.count", { n: found.length }) : "");
  }

  #key(event) {
    const options = this.list.hidden ? [] : [...this.list.children];
    if (!options.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const places = options.length + 1; // one is the box itself
      this.#point(((this.#active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && this.#active >= 0) this.#pick(options[this.#active].firstChild.textContent);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  #point(at) {
    this.#active = at;
    [...this.list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    if (at < 0) this.box.removeAttribute("aria-activedescendant");
    else this.box.setAttribute("aria-activedescendant", `suggestion-${at}`);
    this.list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  #pick(text) {
    this.close();
    this.choose(text);
  }
}

/** The text with its highlights in <b>; ranges count code points. */
function marked(text, highlights) {
  const points = Array.from(text);
  let at = 0;
  const pieces = highlights.flatMap(([from, to]) => {
    const piece = [points.slice(at, from).join(""), el("b", {}, points.slice(from, to).join(""))];
    at = to;
    return piece;
  });
  return [...pieces, points.slice(at).join("")];
}
