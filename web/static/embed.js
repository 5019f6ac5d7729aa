// <cookbook-search> and <cookbook-chat> for any page: load this module once, put the elements where they belong.
//
//   <script type="module" src="https://COOKBOOK/static/embed.js"></script>
//   <cookbook-search lang="fi"><a href="https://COOKBOOK/">Avaa keittokirja</a></cookbook-search>
//
// Attributes: api (where the cookbook is served; by default where this module came from), lang, compact, theme,
// target, phase, kind, tag, owner; query of the search; recipe of the chat. Looks: the custom properties of
// embed/styles.js, and ::part(). The rest lies in embed/ beside it and loads when an element of its kind is shown.

import { CookbookElement } from "./embed/element.js";

class CookbookSearch extends CookbookElement {
  static observedAttributes = [...super.observedAttributes, "query"];
  static says = "search";
  static view = () => import("./embed/search.js");
}

class CookbookChat extends CookbookElement {
  static observedAttributes = [...super.observedAttributes, "recipe"];
  static says = "chat";
  static view = () => import("./embed/chat.js");
}

for (const [name, element] of [["cookbook-search", CookbookSearch], ["cookbook-chat", CookbookChat]]) {
  if (!customElements.get(name)) customElements.define(name, element); // the page may load the module twice
}
