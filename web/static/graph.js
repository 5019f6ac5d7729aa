// Pointing at a name in the picture shows its ties; choosing it is the link's own work.

const graph = document.querySelector(".graph");
const nodes = new Map([...graph.querySelectorAll(".node")].map((node) => [node.dataset.key, node]));
const ties = [...graph.querySelectorAll(".ties path")].map((path) => [path, [path.dataset.from, path.dataset.to]]);

function point(key) {
  graph.classList.toggle("is-pointed", Boolean(key));
  for (const node of nodes.values()) node.classList.remove("is-pointed");
  for (const [path, ends] of ties) {
    const near = ends.includes(key);
    path.classList.toggle("is-pointed", near);
    if (near) for (const end of ends) nodes.get(end)?.classList.add("is-pointed");
  }
  nodes.get(key)?.classList.add("is-pointed");
}

for (const [key, node] of nodes) {
  node.addEventListener("pointerenter", () => point(key));
  node.addEventListener("pointerleave", () => point(null));
  node.addEventListener("focus", () => point(key));
  node.addEventListener("blur", () => point(null));
}
