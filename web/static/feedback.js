// Did this help? A vote on a hit, and in the reader's own words what was missing.

import { say } from "./site.js";

document.querySelector("main").addEventListener("click", async (event) => {
  const button = event.target.closest(".thumbs [data-vote]");
  if (!button) return;
  const thumbs = button.closest(".thumbs");
  if (await send(thumbs, button.dataset.vote)) ask(thumbs, button.dataset.vote);
});

async function send(thumbs, vote, comment = "") {
  const words = thumbs.closest("[data-query-id]").dataset;
  const body = { query_id: words.queryId, target: thumbs.dataset.target, vote, comment };
  try {
    const response = await fetch("/api/v1/feedback", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(String(response.status));
  } catch {
    tell(thumbs, words.voteFailed);
    return false;
  }
  for (const other of thumbs.querySelectorAll("[data-vote]")) {
    other.setAttribute("aria-pressed", String(other.dataset.vote === vote));
  }
  tell(thumbs, words.voteThanks);
  return true;
}

function ask(thumbs, vote) {
  thumbs.querySelector("form")?.remove();
  if (vote !== "down") return;
  const form = document.querySelector("#vote-comment").content.cloneNode(true).firstElementChild;
  const text = form.querySelector("textarea");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const comment = text.value.trim();
    if (comment && !(await send(thumbs, vote, comment))) return;
    form.remove();
    thumbs.querySelector('[data-vote="down"]').focus();
  });
  thumbs.append(form);
}

function tell(thumbs, words) {
  thumbs.querySelector(".told").textContent = words;
  say(words);
}
