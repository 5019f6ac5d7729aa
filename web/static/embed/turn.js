// One question and its answer: text with citation marks, the passage of a mark beside it, sources, feedback.

import { el, icon } from "./build.js";
import { markdown } from "./markdown.js";

const CLOSE = "M6 6l12 12M18 6 6 18";
const COPY = "M9 9h11v11H9zM15 9V4H4v11h5";
const UP = "M7 11v9H4v-9zM7 11l4-8c2 0 3 1 3 3v4h5c1 0 2 1 2 2l-2 7c0 1-1 1-2 1H7";
const DOWN = "M7 13V4H4v9zM7 13l4 8c2 0 3-1 3-3v-4h5c1 0 2-1 2-2l-2-7c0-1-1-1-2-1H7";

let turns = 0; // ids of passages are unique on the page

export class TurnView {
  /** `chat` is the view that it is shown in; `turn` one of its conversation. */
  constructor(chat, turn) {
    const { host } = chat;
    this.chat = chat;
    this.host = host;
    this.turn = turn;
    this.number = ++turns;
    this.query = el("p", { class: "small quiet" });
    this.body = el("div", { class: "body", part: "answer" });
    this.more = el("div", { class: "more" });
    this.question = el("p", { class: "question", part: "question", tabindex: "-1" },
      el("span", { class: "unseen" }, `${host.t("chat.you")}: `), turn.question);
    this.answer = el("div", { class: "answer" },
      el("p", { class: "who" }, host.t("chat.cookbook")), this.query, this.body, this.more);
    this.element = el("li", { class: "turn" }, this.question, this.answer);
  }

  /** A line while nothing of the answer is there yet. */
  wait(text) {
    this.body.replaceChildren(el("p", { class: "waiting quiet" }, text));
  }

  /** The answer as far as it has come; marks are not yet buttons. */
  stream(text) {
    this.body.replaceChildren(...markdown(text, {
      mark: (n) => el("span", { class: "mark" }, String(n)),
      link: () => null,
    }));
  }

  /** The whole answer; `last` offers ways to go on. */
  finish(last) {
    const { answer, question } = this.turn;
    this.body.lang = answer.language;
    this.body.replaceChildren(...markdown(answer.answer, {
      mark: (n) => answer.citations[n - 1] && this.#mark(n, answer.citations[n - 1]),
      link: (target, words) => this.#inside(target) && this.host.link(target, {}, words),
    }));
    if (answer.query && answer.query !== question && !answer.refused) {
      this.query.replaceChildren(this.host.t("chat.query", { query: answer.query }));
    }
    this.more.replaceChildren(...[
      answer.notice && el("p", { class: "notice small", part: "notice" }, answer.notice),
      answer.citations.length > 0 && this.#sources(answer.citations),
      this.#actions(),
      last && answer.suggestions.length > 0 && this.#next(answer),
    ].filter(Boolean));
  }

  /** The answer was stopped, or broke off: what came of it stays. */
  end(...notes) {
    if (this.turn.text) this.stream(this.turn.text);
    else this.body.replaceChildren();
    this.more.replaceChildren(...notes.filter(Boolean));
  }

  /** Only the last answer offers ways to go on. */
  rest() {
    this.more.querySelector(".next")?.remove();
  }

  #inside(target) {
    const { base } = this.host.api;
    return URL.canParse(target, base) && new URL(target, base).origin === base.origin;
  }

  #mark(n, citation) {
    const { title, heading } = citation;
    const label = this.host.t(heading && heading !== title ? "chat.source" : "chat.source.whole", { n: String(n), title, heading });
    return el("button", {
      type: "button", class: "mark", part: "mark", "aria-label": label, "aria-expanded": "false",
      onclick: (event) => this.#toggle(event.currentTarget, n, citation, label),
    }, String(n));
  }

  #toggle(mark, n, citation, label) {
    const open = mark.getAttribute("aria-expanded") === "true";
    this.#close();
    if (open) return;
    const id = `passage-${this.number}`;
    mark.setAttribute("aria-expanded", "true");
    mark.setAttribute("aria-controls", id);
    const passage = this.#passage(id, label, citation, () => {
      this.#close();
      mark.focus();
    });
    const block = mark.closest("li, p, blockquote");
    if (block.localName === "li") block.append(passage);
    else block.after(passage);
    passage.focus({ preventScroll: true });
    passage.scrollIntoView({ block: "nearest" });
  }

  #close() {
    this.body.querySelector(".passage")?.remove();
    const mark = this.body.querySelector('[aria-expanded="true"]');
    mark?.setAttribute("aria-expanded", "false");
    mark?.removeAttribute("aria-controls");
  }

  #passage(id, label, { title, heading, quote, url, owner, guest, language: written }, close) {
    const t = (key) => this.host.t(key);
    return el("aside", {
      id, class: "passage", part: "passage", tabindex: "-1", "aria-label": label, lang: this.host.language,
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      },
    },
      el("button", { type: "button", class: "close", part: "button", "aria-label": t("chat.close"), onclick: close }, icon(CLOSE)),
      el("p", { class: "small quiet" }, guest ? `${owner}: ${title}` : title),
      heading && heading !== title && el("p", { class: "heading", lang: written }, heading),
      el("blockquote", { lang: written }, quote),
      written === "fi" && this.host.language !== "fi" && el("p", { class: "small quiet" }, t("chat.inFinnish")),
      el("p", { class: "small" }, this.host.link(url, {}, t("chat.read"))));
  }

  #sources(citations) {
    const documents = new Map();
    for (const citation of citations) {
      const key = `${citation.kind}/${citation.owner}/${citation.id}`;
      if (!documents.has(key)) documents.set(key, citation);
    }
    return el("div", { class: "sources", part: "sources" },
      el("p", { class: "label" }, this.host.t("chat.sources")),
      el("ul", { class: "chips" }, [...documents.values()].map(({ kind, title, url, owner, guest }) =>
        el("li", {}, this.host.link(url.split("#")[0], { class: "chip", part: "chip" },
          el("span", { class: "quiet" }, `${guest ? owner : this.host.t(`kind.${kind}`)} `), title)))));
  }

  #actions() {
    const t = (key) => this.host.t(key);
    const copied = el("span", { class: "small quiet", role: "status" });
    const copy = async () => {
      const done = await navigator.clipboard.writeText(this.#plain()).then(() => true, () => false);
      copied.textContent = t(done ? "chat.copy.done" : "chat.copy.failed");
    };
    return el("div", { class: "actions" },
      el("button", { type: "button", class: "quiet-button", part: "button", onclick: copy }, icon(COPY), t("chat.copy")),
      this.turn.answer.answer_id && this.#thumbs(),
      copied);
  }

  #thumbs() {
    const place = el("span", { class: "thumbs" });
    const thumb = (vote, key, shape) => el("button", {
      type: "button", class: "icon-button", part: "button", "aria-pressed": String(this.turn.vote === vote),
      "aria-label": this.host.t(key), title: this.host.t(key),
      onclick: (event) => this.#vote(vote, event.currentTarget, place),
    }, icon(shape));
    place.append(thumb("up", "chat.helpful", UP), thumb("down", "chat.unhelpful", DOWN));
    return place;
  }

  async #vote(vote, button, place) {
    this.more.querySelector(".comment")?.remove();
    this.turn.vote = vote;
    for (const thumb of place.children) thumb.setAttribute("aria-pressed", String(thumb === button));
    if (await this.#judge()) this.more.querySelector(".actions").after(this.#comment(button));
  }

  #comment(button) {
    const id = `comment-${this.number}`;
    const words = el("textarea", { id, rows: "2", maxlength: "1000", part: "input" });
    const close = () => {
      form.remove();
      button.focus();
    };
    const form = el("form", {
      class: "comment",
      onsubmit: async (event) => {
        event.preventDefault();
        const comment = words.value.trim();
        if (!comment || (await this.#judge(comment))) close();
      },
    },
      el("label", { for: id }, this.host.t("chat.comment.label")),
      words,
      el("div", { class: "row" },
        el("button", { class: "strong", part: "button" }, this.host.t("chat.comment.send")),
        el("button", { type: "button", part: "button", onclick: close }, this.host.t("chat.comment.later"))));
    return form;
  }

  /** Sends the vote; whether it got through. The reader is told either way. */
  async #judge(comment) {
    const said = this.more.querySelector(".actions [role=status]");
    const sent = await this.chat.judge(this.turn, comment).then(() => true, () => false);
    said.textContent = this.host.t(sent ? "chat.thanks" : "chat.feedback.failed");
    this.chat.conversation.keep();
    return sent;
  }

  #next({ suggestions, refused, language }) {
    return el("div", { class: "next" },
      el("p", { class: "label" }, this.host.t(refused ? "empty.nearest" : "chat.next")),
      el("ul", { class: "chips" }, suggestions.map((words) =>
        el("li", {}, el("button", {
          type: "button", class: "chip", part: "chip", lang: language, onclick: () => this.chat.ask(words, true),
        }, words)))));
  }

  /** The answer and its sources as plain text, for the clipboard. */
  #plain() {
    const { answer, citations } = this.turn.answer;
    const sources = citations.map(({ title, heading, url, owner, guest }, at) =>
      `[${at + 1}] ${guest ? `${owner}: ` : ""}${title}${heading && heading !== title ? `, ${heading}` : ""}: ${this.host.api.page(url)}`);
    const text = answer.replaceAll("**", "");
    return sources.length ? `${text}\n\n${this.host.t("chat.sources")}\n${sources.join("\n")}` : text;
  }
}
