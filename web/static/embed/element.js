// What <cookbook-search> and <cookbook-chat> share: attributes, language, shadow root, messages.

import { Api, Trouble } from "./api.js";
import { el, fill } from "./build.js";
import { BASE } from "./styles.js";

const HOME = import.meta.url.replace(/static\/(?!.*static\/).*$/, ""); // the module lies under static/ of the cookbook
const LANGUAGES = ["fi", "sv", "en"];
const FILTERS = ["phase", "kind", "tag", "owner"];

/** An element whose view and words are loaded when it is first shown. */
export class CookbookElement extends HTMLElement {
  static observedAttributes = ["api", "key", "lang", "compact", "target", ...FILTERS];
  #planned = false;
  #view;
  #words;
  #focusing = false;

  connectedCallback() {
    this.#plan();
  }

  disconnectedCallback() {
    this.#view?.leave();
  }

  attributeChangedCallback(_name, before, after) {
    if (before !== after && this.isConnected) this.#plan();
  }

  /** Draws once for all attributes that change together. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(async () => {
      const language = languageOf(this);
      const [{ View }, { WORDS }] = await Promise.all([this.constructor.view(), import(`./words/${this.constructor.says}/${language}.js`)]);
      this.#planned = false;
      if (languageOf(this) !== language) this.#plan();
      else if (this.isConnected) this.#draw(View, language, WORDS);
    });
  }

  #draw(View, language, words) {
    this.language = language;
    this.#words = words;
    const before = this.#view?.leave();
    const root = el("div", { class: "cookbook", part: "base", lang: language });
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [BASE, View.styles];
    shadow.replaceChildren(root);
    try {
      this.api = new Api(this.getAttribute("api") || HOME, this.getAttribute("key"));
      this.#view = new View(this, root, before);
      if (this.#focusing) this.focus();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      root.append(this.message(error));
    }
  }

  /** Moves focus to the box, once there is one. */
  focus(options) {
    this.#focusing = !this.#view;
    this.#view?.box.focus(options);
  }

  /** A string of the interface with {names} filled in; it has another form for a count of one. */
  t(key, values) {
    const text = (values?.n === 1 && this.#words[`${key}.one`]) || this.#words[key];
    return values ? fill(text, values) : text;
  }

  get compact() {
    return this.hasAttribute("compact");
  }

  /** The filters of the attributes, as the API takes them; comma-separated, only those that are set. */
  get filters() {
    const filters = {};
    for (const name of FILTERS) {
      const separator = name === "owner" ? /\s*,\s*/ : /[\s,]+/; // a city's name may hold a space
      const values = (this.getAttribute(name) ?? "").trim().split(separator).filter(Boolean);
      if (values.length) filters[name] = values;
    }
    return filters;
  }

  /** A link to a page of the cookbook. */
  link(path, properties, ...children) {
    const target = this.getAttribute("target") ?? "_top";
    return el(
      "a",
      { href: this.api.page(path, { lang: this.language }), target, rel: "noopener", part: "link", ...properties },
      ...children,
      target === "_blank" && el("span", { class: "unseen" }, ` (${this.t("embed.newTab")})`),
    );
  }

  /** What went wrong, for the reader, and under it for the administrator; `retry` tries again. */
  message(trouble, retry) {
    const { kind, values } = trouble instanceof Trouble ? trouble : new Trouble("server");
    const admin = this.#words[`trouble.${kind}.admin`];
    const own = this.api && kind !== "mixed";
    return el("div", { class: "message", part: "message", role: "alert" },
      el("p", {}, this.t(`trouble.${kind}`, values)),
      el("p", { class: "row" },
        retry && el("button", { type: "button", part: "button", onclick: retry }, this.t("error.retry")),
        own && this.link("", {}, this.t("embed.open"))),
      admin && el("details", {}, el("summary", {}, this.t("embed.admin")), el("p", {}, fill(admin, values))));
  }

  /** A live region, and a way to say things in it. */
  announcer() {
    const region = el("p", { class: "unseen", role: "status" });
    return { region, say: (text) => (region.textContent = text) };
  }
}

/** The language of the attribute or of the page around, where it is one of ours; else Finnish or, on a page in another language, English. */
function languageOf(element) {
  const host = element.getRootNode().host;
  const tag = (element.closest("[lang]") ?? host?.closest("[lang]"))?.lang ?? "";
  const code = tag.slice(0, 2).toLowerCase();
  return LANGUAGES.includes(code) ? code : code ? "en" : "fi";
}
