// While an index is built, how far it is comes in by itself; without a script the page reloads.

import { say } from "./site.js";

const job = document.querySelector("#job");
const EVERY = 1000;
const PATIENCE = 20;
let failures = 0;

async function look() {
  try {
    const response = await fetch(job.dataset.address, { headers: { "x-fragment": "job" } });
    if (!response.ok) throw new Error(String(response.status));
    show(await response.text());
    failures = 0;
  } catch {
    failures += 1; // the server may be busy with the build; who has waited long has the link to refresh
  }
  wait();
}

/** Put the new state in place; who stood in it stands at its control again, or at the outcome. */
function show(html) {
  const stood = job.contains(document.activeElement);
  job.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  const outcome = job.querySelector(".waiting h2, .failed h2, .done");
  const running = job.querySelector("[data-running] a");
  if (running) {
    if (stood) running.focus();
    return;
  }
  say(outcome?.textContent ?? "");
  if (!stood || !outcome) return;
  outcome.tabIndex = -1;
  outcome.focus();
}

function wait() {
  if (failures < PATIENCE && job.querySelector("[data-running]")) setTimeout(look, EVERY);
}

wait();
