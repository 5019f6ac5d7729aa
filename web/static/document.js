// Blocks to copy.

import { copy } from "./site.js";

const words = document.querySelector("[data-copy]").dataset;

for (const figure of document.querySelectorAll("figure.copyable")) {
  const name = figure.querySelector("figcaption")?.textContent ?? "";
  const button = copyButton(words.copyLabel.replace("{name}", name));
  const text = figure.querySelector("pre");
  button.addEventListener("click", () => copy(text.textContent, button, words, text));
  figure.append(button);
}

function copyButton(label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.lang = document.documentElement.lang;
  button.ariaLabel = label;
  button.innerHTML = "<span></span><span></span>";
  button.firstElementChild.textContent = words.copy;
  button.lastElementChild.textContent = words.copied;
  return button;
}
