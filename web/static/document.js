// What the page of a document gains: blocks and links to copy, steps to tick off.

import { copy, keep, kept, say } from "./site.js";

const article = document.querySelector("article[data-key]");
const words = article.dataset;

// Blocks to copy, and the reference

for (const figure of document.querySelectorAll("figure.copyable")) {
  const name = figure.querySelector("figcaption")?.textContent ?? "";
  const text = figure.querySelector("pre");
  figure.append(copyButton(name, text));
}
const reference = document.querySelector("#reference");
reference.after(copyButton(document.querySelector("#side-cite").textContent, reference));

function copyButton(name, shown) {
  const button = element("button", { type: "button", className: "copy", lang: document.documentElement.lang });
  button.ariaLabel = words.copyLabel.replace("{name}", name);
  button.append(element("span", { textContent: words.copy }), element("span", { textContent: words.copied }));
  button.addEventListener("click", () => copy(shown.textContent.trim(), button, words, shown));
  return button;
}

// A link to each heading

for (const heading of article.querySelectorAll("h2[id], h3[id]")) {
  const link = element("a", { className: "anchor", href: `#${heading.id}`, lang: document.documentElement.lang });
  link.ariaLabel = words.link.replace("{name}", heading.textContent);
  link.append(element("span", { textContent: "#", ariaHidden: "true" }));
  link.addEventListener("click", () => {
    copy(link.href, link, { copied: words.linkCopied, failed: words.failed });
  });
  heading.append(link);
}

// Steps to tick off, kept in this browser alone

const name = `steps:${words.key}`;
const steps = [...article.querySelectorAll("h3.step")];
if (steps.length) {
  const done = new Set(kept(name, []));
  const progress = element("span", { className: "progress", lang: document.documentElement.lang, title: words.note });
  for (const step of steps) {
    const box = element("input", { type: "checkbox", checked: done.has(step.id) });
    box.ariaLabel = words.done.replace("{name}", step.firstChild.textContent);
    box.lang = document.documentElement.lang;
    box.addEventListener("change", () => {
      if (box.checked) done.add(step.id);
      else done.delete(step.id);
      keep(name, done.size ? [...done] : null);
      show();
      say(progress.textContent);
    });
    step.prepend(box);
  }
  let above = steps[0].previousElementSibling;
  while (above && above.tagName !== "H2") above = above.previousElementSibling;
  above?.append(progress);
  show();

  function show() {
    progress.textContent = words.progress.replace("{n}", done.size).replace("{all}", steps.length);
    for (const step of steps) step.classList.toggle("is-done", done.has(step.id));
  }
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
