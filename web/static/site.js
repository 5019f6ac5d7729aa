// What every page gains from a script; without it every link and form works as it is.

import { suggestIn } from "./suggest.js";

export const box = document.querySelector("#q");

export function say(text) {
  document.querySelector("#status").textContent = text;
}

/** A value kept in this browser alone, or `otherwise` where nothing can be kept. */
export function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch { /* it lasts for this page only */ }
}

/** Copy to the clipboard and show it on the button; where that is refused, select the text instead. */
export async function copy(text, button, { copied, failed }, shown) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    say(failed);
    if (shown) getSelection().selectAllChildren(shown);
    return;
  }
  say(copied);
  button.classList.add("is-done");
  setTimeout(() => button.classList.remove("is-done"), 2000);
}

// `/` and Ctrl or Cmd + K lead to the search box; `/` can be turned off

const choice = document.querySelector("#shortcut");
const key = document.querySelector(".ask-key");

function showShortcut() {
  const on = kept("slash", true);
  if (key) key.hidden = !on;
  choice.checked = on;
}

function typing(target) {
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}

if (box) {
  showShortcut();
  choice.closest("[hidden]")?.removeAttribute("hidden");
  choice.addEventListener("change", () => {
    keep("slash", choice.checked);
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
  if (box.form.dataset.suggestions) suggestIn(box);
}
