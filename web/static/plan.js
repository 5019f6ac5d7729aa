// The plan checks itself while it is edited; leaving with unsaved changes asks first. Forms work without it.

import { say } from "./site.js";

const form = document.querySelector("#plan-form");
const check = document.querySelector("#check");
const unsaved = document.querySelector("#unsaved");
let changed = document.querySelector(".notice-wrong") !== null;
let latest = 0;
let timer;

form.addEventListener("input", (event) => {
  if (event.target.matches("select")) return;
  changed = true;
  unsaved.textContent = form.dataset.unsaved;
  clearTimeout(timer);
  timer = setTimeout(recheck, 400);
});
form.addEventListener("submit", () => { changed = false; });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

async function recheck() {
  const turn = ++latest;
  const fields = new URLSearchParams(new FormData(form));
  fields.set("do", "check");
  let html;
  try {
    const response = await fetch(form.action, { method: "POST", body: fields, headers: { "x-fragment": "check" } });
    if (!response.ok) return;
    html = await response.text();
  } catch {
    return; // the server checks again on saving
  }
  if (turn !== latest) return;
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  check.replaceChildren(...fresh.childNodes);
  say(check.querySelector(".plan-check").textContent.trim().replace(/\s+/g, " "));
}
