// Pointing at a name shows its ties; choosing it does the same for good, and names them above the picture.

const graph = document.querySelector(".graph");
const panel = document.querySelector(".graph-chosen");
const words = panel.dataset;
const nodes = new Map([...graph.querySelectorAll(".node")].map((node) => [node.dataset.key, node]));
const ties = [...graph.querySelectorAll(".ties path")].map((path) => [path, [path.dataset.from, path.dataset.to]]);

function mark(key, own, near) {
  for (const node of nodes.values()) node.classList.remove(own, near);
  for (const [path, ends] of ties) {
    const tied = ends.includes(key);
    path.classList.toggle(near, tied);
    if (tied) for (const end of ends) nodes.get(end)?.classList.add(near);
  }
  nodes.get(key)?.classList.remove(near);
  nodes.get(key)?.classList.add(own);
}

function point(key) {
  graph.classList.toggle("is-pointed", Boolean(key));
  mark(key, "is-pointed", "is-pointed");
}

function choose(key) {
  graph.classList.toggle("has-chosen", Boolean(key));
  mark(key, "is-chosen", "is-near");
  for (const [other, node] of nodes) node.toggleAttribute("aria-current", other === key);
  const chosen = nodes.get(key);
  chosen?.setAttribute("aria-current", "true");
  const address = new URL(location);
  if (key) address.searchParams.set("valittu", key);
  else address.searchParams.delete("valittu");
  history.replaceState(null, "", address);
  panel.replaceChildren(...(chosen ? named(chosen) : [text("p", words.choose)]));
}

function named(chosen) {
  const line = document.createElement("p");
  line.append(text("b", words.ties.replace("{title}", label(chosen))), " ", link(chosen, words.open));
  const list = document.createElement("ul");
  list.className = "chips";
  for (const near of graph.querySelectorAll(".node.is-near")) {
    const item = document.createElement("li");
    item.append(link(near, label(near)));
    list.append(item);
  }
  return [line, list];
}

function label(node) {
  return node.querySelector("text").textContent;
}

function link(node, words) {
  const made = text("a", words);
  made.href = node.dataset.page;
  return made;
}

function text(name, words) {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}

for (const [key, node] of nodes) {
  node.addEventListener("pointerenter", () => point(key));
  node.addEventListener("pointerleave", () => point(null));
  node.addEventListener("focus", () => point(key));
  node.addEventListener("blur", () => point(null));
  node.addEventListener("click", (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    choose(node.classList.contains("is-chosen") ? null : key);
  });
}
