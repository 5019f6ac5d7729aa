// A link marked data-ask opens the conversation beside the page instead of leaving it.

let panel; // one a page, made when first asked for
let opener;

function open(link) {
  opener = link;
  panel ??= build(link);
  if (innerWidth < 1024) panel.showModal();
  else panel.show();
  panel.querySelector("cookbook-chat").focus();
}

function build(link) {
  const { askTitle: title, askClose: closing, ask: recipe, askOwner: owner } = link.dataset;
  const dialog = document.createElement("dialog");
  dialog.className = "ask-panel";
  dialog.setAttribute("aria-label", title);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "ask-close";
  close.textContent = closing;
  close.addEventListener("click", () => dialog.close());
  const chat = document.createElement("cookbook-chat");
  for (const [name, value] of Object.entries({ recipe, lang: document.documentElement.lang, target: "_self", compact: "", roomy: "" })) {
    chat.setAttribute(name, value);
  }
  if (owner) chat.setAttribute("owner", owner);
  const whole = document.createElement("a");
  whole.href = link.href;
  whole.textContent = title;
  const head = document.createElement("p");
  head.append(whole, close);
  dialog.append(head, chat);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") dialog.close(); // a dialog that is not modal does not by itself
  });
  dialog.addEventListener("close", () => opener.focus());
  document.body.append(dialog);
  return dialog;
}

async function load() {
  const looks = document.createElement("link");
  looks.rel = "stylesheet";
  looks.href = new URL("chat.css", import.meta.url);
  const styled = new Promise((done) => {
    looks.onload = looks.onerror = done;
  });
  document.head.append(looks);
  await Promise.all([import("./embed.js"), styled]);
}

let loaded;

for (const link of document.querySelectorAll("a[data-ask]")) {
  link.addEventListener("click", async (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    try {
      await (loaded ??= load());
    } catch {
      location.assign(link.href);
      return;
    }
    open(link);
  });
}
