// The Markdown that answers use, as elements: paragraphs, lists, quotes, code, bold, emphasis, [n] and links.
// Everything else stays text, so nothing in an answer can become markup.

import { el } from "./build.js";

const INLINE = /\*\*(.+?)\*\*|(?<![\w*])[*_](\S(?:.*?\S)?)[*_](?![\w*])|`([^`]+)`|\[(\d{1,2})\]|\[([^\]]+)\]\(([^)\s]+)\)/s;
const ITEM = /^\s*(?:[-*•]|(\d{1,3})[.)])\s+(.*)$/;

/** Nodes of the text; `mark(n)` makes the node of a citation, `link(target, words)` that of a link or null. */
export function markdown(text, { mark, link }) {
  const inline = (words) => inlineNodes(words, mark, link);
  return blocks(text.split(/\r?\n/)).map((block) => {
    if (block.kind === "code") return el("pre", { tabindex: "0" }, el("code", {}, block.lines.join("\n")));
    if (block.kind === "quote") return el("blockquote", {}, markdown(block.lines.join("\n"), { mark, link }));
    if (block.kind === "heading") return el("p", {}, el("strong", {}, inline(block.lines[0])));
    if (block.kind === "ol" || block.kind === "ul") {
      const start = block.start !== 1 && block.start;
      return el(block.kind, { start }, block.lines.map((line) => el("li", {}, inline(line))));
    }
    return el("p", {}, inline(block.lines.join(" ")));
  });
}

function blocks(lines) {
  const found = [];
  let open = null; // the block that the next line may belong to
  const begin = (kind, more = {}) => {
    open = { kind, lines: [], ...more };
    found.push(open);
  };
  for (const line of lines) {
    if (open?.kind === "code") {
      if (/^\s*```/.test(line)) open = null;
      else open.lines.push(line);
      continue;
    }
    const item = line.match(ITEM);
    const [, quoted] = line.match(/^\s*>\s?(.*)$/) ?? [];
    const [, title] = line.match(/^#{1,6}\s+(.*)$/) ?? [];
    if (/^\s*```/.test(line)) begin("code");
    else if (!line.trim()) open = open && isList(open) ? { ...open, kind: "gap", list: open } : null;
    else if (item) addItem(item);
    else if (quoted !== undefined) {
      if (open?.kind !== "quote") begin("quote");
      open.lines.push(quoted);
    } else if (title) {
      begin("heading");
      open.lines.push(title);
      open = null;
    } else if (open && isList(open) && /^\s/.test(line)) open.lines.push(`${open.lines.pop()} ${line.trim()}`);
    else {
      if (open?.kind !== "paragraph") begin("paragraph");
      open.lines.push(line.trim());
    }
  }
  return found;

  function addItem([, number, words]) {
    const kind = number ? "ol" : "ul";
    if (open?.kind === "gap" && open.list.kind === kind) open = open.list;
    if (open?.kind !== kind) begin(kind, number ? { start: Number(number) } : {});
    open.lines.push(words);
  }
}

function isList(block) {
  return block.kind === "ol" || block.kind === "ul";
}

function inlineNodes(text, mark, link) {
  const nodes = [];
  for (let rest = text; rest; ) {
    const found = rest.match(INLINE);
    if (!found) {
      nodes.push(rest);
      break;
    }
    const [whole, bold, emphasis, code, number, words, target] = found;
    nodes.push(rest.slice(0, found.index));
    if (bold) nodes.push(el("strong", {}, inlineNodes(bold, mark, link)));
    else if (emphasis) nodes.push(el("em", {}, inlineNodes(emphasis, mark, link)));
    else if (code) nodes.push(el("code", {}, code));
    else if (number) nodes.push(mark(Number(number)) ?? whole);
    else nodes.push(link(target, words) ?? words);
    rest = rest.slice(found.index + whole.length);
  }
  return nodes;
}
