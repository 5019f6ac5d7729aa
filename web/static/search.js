// Searching without a reload.

import { box, say } from "./site.js";
import { rememberSearch } from "./recent.js";

const main = document.querySelector("main");
const words = main.dataset;
const BUSY_AFTER = 150; // milliseconds; a quicker answer needs no sign of waiting
const SLOW_AFTER = 6000;
const DEAD_AFTER = 30000;
const results = () => document.querySelector("#results");
let running; // AbortController of the search under way

async function search(address, { push = true, focus } = {}) {
  running?.abort();
  const mine = (running = new AbortController());
  const timers = [
    setTimeout(() => setBusy(true), BUSY_AFTER),
    setTimeout(() => say(words.slow), SLOW_AFTER),
    setTimeout(() => mine.abort("dead"), DEAD_AFTER),
  ];
  document.querySelector(".trouble")?.remove();
  try {
    const response = await fetch(address, {
      headers: { "x-fragment": "1" }, signal: mine.signal, cache: "no-store",
    });
    if (response.status === 401) return location.assign(address); // the session has ended: by the sign-in page
    const found = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#results");
    if (!found) throw new Error(`no results in the answer ${response.status}`);
    if (push) history.pushState({ search: true }, "", address);
    show(found, address, focus);
  } catch {
    if (running === mine && (!mine.signal.aborted || mine.signal.reason === "dead")) showTrouble(address, push);
  } finally {
    timers.forEach(clearTimeout);
    if (running === mine) setBusy(false);
  }
}

function show(found, address, focus) {
  results().replaceWith(document.adoptNode(found));
  main.dataset.view = "results";
  document.title = `${found.dataset.title} – ${document.body.dataset.site}`;
  box.value = new URL(address, location).searchParams.get("q") ?? "";
  for (const link of document.querySelectorAll(".languages a")) {
    const target = new URL(address, location);
    target.searchParams.set("lang", link.hreflang);
    link.href = target.pathname + target.search;
  }
  say(found.dataset.announce);
  remember();
  if (focus === "heading") {
    scrollTo({ top: 0 });
    document.querySelector("#results-title")?.focus({ preventScroll: true });
  } else if (focus) {
    const link = found.querySelector(`[data-search="${CSS.escape(focus)}"]`);
    const facet = link?.closest("details");
    if (facet) facet.open = true;
    (link ?? found.querySelector("#results-title") ?? box).focus({ preventScroll: true });
  }
}

/** The server cannot be reached: say so where the results would be, and leave what is there. */
function showTrouble(address, push) {
  const notice = document.querySelector("#trouble").content.cloneNode(true).firstElementChild;
  notice.classList.add("trouble");
  const button = notice.querySelector("button");
  button.addEventListener("click", () => search(address, { push, focus: "heading" }));
  results().before(notice);
  main.dataset.view = "results";
}

function setBusy(busy) {
  main.toggleAttribute("data-busy", busy);
  results().setAttribute("aria-busy", String(busy));
  if (busy) say(words.working);
}

function remember() {
  if (results().hasAttribute("data-answered")) rememberSearch(box.value.trim());
}

function plainClick(event) {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

function showStart() {
  running?.abort();
  document.querySelector(".trouble")?.remove();
  main.dataset.view = "start";
  results().hidden = true;
  box.value = "";
  document.title = document.querySelector(".wordmark").textContent.trim();
}

box.form.addEventListener("submit", (event) => {
  const form = event.currentTarget;
  if (!box.value.trim()) return;
  event.preventDefault();
  search(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`, { focus: "heading" });
});
main.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-search]");
  if (!link || !plainClick(event)) return;
  event.preventDefault();
  const place = link.dataset.search;
  search(link.getAttribute("href"), { focus: place.includes("=") ? place : "heading" });
});
addEventListener("popstate", () => {
  const address = location.pathname + location.search;
  if (new URLSearchParams(location.search).get("q")) search(address, { push: false });
  else if (document.querySelector(".browse")) showStart();
  else location.reload();
});

// An open filter closes like a menu

addEventListener("click", (event) => {
  for (const facet of document.querySelectorAll(".facet[open]")) {
    if (!facet.contains(event.target) && event.target.isConnected) facet.open = false;
  }
});
addEventListener("keydown", (event) => {
  const facet = event.key === "Escape" && event.target.closest?.(".facet[open]");
  if (!facet) return;
  facet.open = false;
  facet.querySelector("summary").focus();
});

remember();
