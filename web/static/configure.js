// The configurator of /upota: each choice shows in the preview and in the code at once.

import { copy, say } from "./site.js";

const form = document.querySelector(".embed-form");
let running;

document.documentElement.classList.add("scripted");

async function update() {
  running?.abort();
  const mine = (running = new AbortController());
  const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  try {
    const response = await fetch(address, { headers: { "x-fragment": "1" }, signal: mine.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.querySelector("#result").replaceWith(document.adoptNode(page.querySelector("#result")));
    history.replaceState(null, "", address);
    prepare();
    say(form.dataset.updated);
  } catch {
    if (!mine.signal.aborted) form.submit();
  }
}

function prepare() {
  for (const button of document.querySelectorAll("#result .copy")) button.hidden = false;
  const preview = document.querySelector("#preview");
  for (const [name, value] of Object.entries(preview.dataset)) {
    const property = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    preview.style.setProperty(`--cookbook-${property}`, value);
  }
}

form.addEventListener("change", update);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  update();
});
document.querySelector(".embed-grid").addEventListener("click", ({ target }) => {
  const button = target.closest(".copy");
  if (!button) return;
  const text = button.parentElement.querySelector("pre");
  copy(text.textContent, button, button.dataset, text);
});
prepare();
