// Elements are made here and nowhere else: data becomes text or an attribute, never markup.

/** A new element; null, undefined and false are left out of properties and children alike. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

/** Words with {names} filled in. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A drawing of 24 by 24 units, hidden from screen readers. */
export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) {
    svg.setAttribute(name, value);
  }
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/**
 * The part of a passage around its first highlight, with its highlights in <mark>.
 * The ranges count code points, as Python does.
 */
export function excerpt({ text, highlights }, length) {
  const points = Array.from(text);
  const begin = excerptStart(points, highlights, length);
  let end = Math.min(points.length, begin + length);
  if (end < points.length) {
    const space = points.lastIndexOf(" ", end);
    if (space > begin) end = space;
  }
  const pieces = begin ? ["… "] : [];
  let at = begin;
  for (const [from, to] of highlights) {
    if (from < at || to > end) continue;
    pieces.push(points.slice(at, from).join(""), el("mark", { part: "mark" }, points.slice(from, to).join("")));
    at = to;
  }
  pieces.push(points.slice(at, end).join(""));
  if (end < points.length) pieces.push(" …");
  return pieces;
}

function excerptStart(points, highlights, length) {
  const first = highlights[0]?.[0] ?? 0;
  if (first < length / 2) return 0;
  const before = points.slice(0, first).join("");
  const cut = Math.max(before.lastIndexOf("\n") + 1, before.lastIndexOf(". ") + 2);
  return cut > 1 ? Array.from(before.slice(0, cut)).length : 0;
}
