// The search box as a combobox (WAI-ARIA Authoring Practices: editable, list autocomplete, manual choice).

import { forgetSearches, recentSearches } from "./recent.js";

const WAIT = 70; // milliseconds of silence before asking
const KNOWN = 60; // answers remembered

export function suggestIn(box) {
  const form = box.form;
  const words = form.dataset;
  const status = document.querySelector("#status");
  const known = new Map();
  let options = [];
  let active = -1;
  let asking; // AbortController
  let timer;
  let announcing;

  const list = element("ul", { id: "suggestions", role: "listbox", ariaLabel: words.suggestions });
  const clear = element("button", { type: "button", textContent: words.recentClear });
  const foot = element("div", { className: "suggest-foot", hidden: true });
  foot.append(element("span", { textContent: words.recentNote }), clear);
  const popup = element("div", { className: "suggest", hidden: true });
  popup.append(list, foot);
  box.parentElement.append(popup);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) box.setAttribute(name, value);

  const isOpen = () => !popup.hidden;

  function open(found, { recent = false } = {}) {
    options = found;
    list.replaceChildren(...found.map(option));
    list.ariaLabel = recent ? words.recent : words.suggestions;
    foot.hidden = !recent;
    activate(-1);
    popup.hidden = found.length === 0;
    box.setAttribute("aria-expanded", String(isOpen()));
    clearTimeout(announcing);
    if (isOpen()) {
      const count = found.length === 1 ? words.countOne : words.count.replace("{n}", found.length);
      announcing = setTimeout(() => (status.textContent = count), 600);
    }
  }

  function close() {
    clearTimeout(timer);
    clearTimeout(announcing);
    asking?.abort();
    popup.hidden = true;
    box.setAttribute("aria-expanded", "false");
    activate(-1);
  }

  function activate(number) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = number;
    const chosen = list.children[active];
    if (!chosen) return box.removeAttribute("aria-activedescendant");
    chosen.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  function choose(number) {
    const chosen = options[number];
    close();
    if (chosen.url) {
      const address = new URL(chosen.url, location);
      const language = new FormData(form).get("lang");
      if (language) address.searchParams.set("lang", language);
      location.assign(address);
      return;
    }
    box.value = chosen.text;
    form.requestSubmit();
  }

  function option(found, number) {
    const item = element("li", { id: `suggestion-${number}`, role: "option", ariaSelected: "false" });
    const text = element("span", { className: "suggest-text" });
    if (found.language && found.language !== document.documentElement.lang) text.lang = found.language;
    let at = 0;
    for (const [start, end] of found.highlights ?? []) {
      text.append(found.text.slice(at, start), element("mark", { textContent: found.text.slice(start, end) }));
      at = end;
    }
    text.append(found.text.slice(at));
    item.append(text, " ");
    if (found.kind) item.append(element("span", { className: "suggest-kind", textContent: words[found.kind] }));
    item.dataset.kind = found.kind ?? "recent";
    item.addEventListener("click", () => choose(number));
    item.addEventListener("pointermove", () => active !== number && activate(number));
    return item;
  }

  async function ask() {
    const typed = box.value.trim();
    if (!typed) return showRecent();
    try {
      const found = known.get(typed) ?? (await fetched(typed));
      known.set(typed, found);
      if (known.size > KNOWN) known.delete(known.keys().next().value);
      if (document.activeElement === box && box.value.trim() === typed) open(found);
    } catch { /* a search box without suggestions still searches */ }
  }

  async function fetched(typed) {
    asking?.abort();
    asking = new AbortController();
    const query = new URLSearchParams({ q: typed.slice(0, 200), language: document.documentElement.lang });
    const response = await fetch(`/api/v1/suggest?${query}`, { signal: asking.signal });
    if (!response.ok) throw new Error(String(response.status));
    const { suggestions } = await response.json();
    return suggestions.map((found) => (found.kind === "problem" ? { ...found, url: null } : found));
  }

  function showRecent() {
    const recent = recentSearches();
    if (recent.length) open(recent.map((text) => ({ text })), { recent: true });
    else close();
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, known.has(box.value.trim()) ? 0 : WAIT);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const last = options.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen()) ask();
      else if (!event.altKey) {
        const down = event.key === "ArrowDown";
        activate(down ? (active === last ? -1 : active + 1) : active === -1 ? last : active - 1);
      } else if (event.key === "ArrowUp") close();
    } else if (event.key === "Enter" && isOpen() && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Enter") {
      close();
    } else if (event.key === "Escape" && (isOpen() || box.value)) {
      event.preventDefault();
      if (isOpen()) close();
      else box.value = "";
    } else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      activate(-1);
    }
  });
  box.addEventListener("click", () => !box.value && !isOpen() && showRecent());
  popup.addEventListener("pointerdown", (event) => event.target !== clear && event.preventDefault());
  form.addEventListener("focusout", (event) => {
    if (!box.parentElement.contains(event.relatedTarget)) close();
  });
  form.addEventListener("submit", close);
  clear.addEventListener("click", () => {
    forgetSearches();
    close();
    box.focus();
    status.textContent = words.recentCleared;
  });
}

function element(name, properties) {
  const made = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (property === "role") made.setAttribute("role", value);
    else made[property] = value;
  }
  return made;
}
