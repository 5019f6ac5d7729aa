// What the pages gain from a script; without it every link and form works as it is.

const words = document.body.dataset;
const status = document.querySelector("#status");
const box = document.querySelector("#q");
const main = document.querySelector("main");
const results = () => document.querySelector("#results");
const BUSY_AFTER = 150; // milliseconds; a quicker answer needs no sign of waiting
let running; // AbortController of the search under way

// Searching without a reload

async function search(address, { push = true, focus } = {}) {
  running?.abort();
  const mine = (running = new AbortController());
  const waiting = setTimeout(() => setBusy(true), BUSY_AFTER);
  try {
    const response = await fetch(address, {
      headers: { "x-fragment": "1" }, signal: mine.signal, cache: "no-store",
    });
    const found = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#results");
    if (!found) throw new Error(`no results in the answer ${response.status}`);
    if (push) history.pushState({ search: true }, "", address);
    show(found, address, focus);
  } catch (error) {
    if (mine.signal.aborted) return;
    if (navigator.onLine) location.assign(address);
    else say(words.offline);
  } finally {
    clearTimeout(waiting);
    if (running === mine) setBusy(false);
  }
}

function show(found, address, focus) {
  results().replaceWith(document.adoptNode(found));
  main.dataset.view = "results";
  document.title = `${found.dataset.title} – ${words.site}`;
  box.value = new URL(address, location).searchParams.get("q") ?? "";
  for (const link of document.querySelectorAll(".languages a")) {
    const target = new URL(address, location);
    target.searchParams.set("lang", link.hreflang);
    link.href = target.pathname + target.search;
  }
  say(found.dataset.announce);
  if (focus === "heading") {
    scrollTo({ top: 0 });
    document.querySelector("#results-title")?.focus({ preventScroll: true });
  } else if (focus) {
    (found.querySelector(`[data-search="${CSS.escape(focus)}"]`) ?? box).focus({ preventScroll: true });
  }
}

function setBusy(busy) {
  main.toggleAttribute("data-busy", busy);
  results().setAttribute("aria-busy", String(busy));
  if (busy) say(words.working);
}

function say(text) {
  status.textContent = text;
}

function plainClick(event) {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

if (results()) {
  document.querySelector("form.ask").addEventListener("submit", (event) => {
    const form = event.currentTarget;
    if (!box.value.trim()) return;
    event.preventDefault();
    search(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-search]");
    if (!link || !plainClick(event)) return;
    event.preventDefault();
    const filter = link.dataset.search;
    search(link.getAttribute("href"), { focus: filter && filter !== "more" ? filter : "heading" });
  });
  addEventListener("popstate", () => {
    const address = location.pathname + location.search;
    if (new URLSearchParams(location.search).get("q")) search(address, { push: false });
    else if (document.querySelector(".browse")) showStart();
    else location.reload();
  });
}

function showStart() {
  running?.abort();
  main.dataset.view = "start";
  results().hidden = true;
  box.value = "";
  document.title = document.querySelector(".wordmark").textContent.trim();
}

// `/` and Ctrl or Cmd + K lead to the search box; `/` can be turned off

const choice = document.querySelector("#shortcut");
const key = document.querySelector(".ask-key");

function slashIsOn() {
  try {
    return localStorage.getItem("slash") !== "off";
  } catch {
    return true;
  }
}

function showShortcut() {
  if (key) key.hidden = !slashIsOn();
  if (choice) choice.checked = slashIsOn();
}

function typing(target) {
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}

if (box) {
  showShortcut();
  choice.closest("[hidden]")?.removeAttribute("hidden");
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem("slash", choice.checked ? "on" : "off");
    } catch { /* the choice lasts for this page only */ }
    showShortcut();
  });
  addEventListener("keydown", (event) => {
    const slash = event.key === "/" && choice.checked && !event.ctrlKey && !event.metaKey && !event.altKey;
    const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
    if (!command && !(slash && !typing(event.target))) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

// Blocks of text to copy

for (const figure of document.querySelectorAll("figure.copyable")) {
  const name = figure.querySelector("figcaption")?.textContent ?? "";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.lang = document.documentElement.lang;
  button.textContent = words.copy;
  button.ariaLabel = words.copyLabel.replace("{name}", name);
  button.addEventListener("click", () => copy(figure, button));
  figure.append(button);
}

async function copy(figure, button) {
  try {
    await navigator.clipboard.writeText(figure.querySelector("pre").textContent);
  } catch {
    say(words.copyFailed);
    getSelection().selectAllChildren(figure.querySelector("pre"));
    return;
  }
  say(words.copied);
  button.textContent = words.copied;
  button.classList.add("is-done");
  setTimeout(() => {
    button.textContent = words.copy;
    button.classList.remove("is-done");
  }, 2000);
}
