// The view of <cookbook-chat>: a conversation with the cookbook, streamed; also the page /keskustelu and the panel of a recipe.

import { Trouble } from "./api.js";
import { el } from "./build.js";
import { assistant, Conversation, user } from "./conversation.js";
import { CHAT } from "./chat-styles.js";
import { TurnView } from "./turn.js";

const LONGEST = 2000; // characters of a question
const SLOW_AFTER = 8000; // milliseconds without a word of the answer
const EXAMPLES = ["example.1", "example.2", "example.3"];
const ABOUT = ["chat.about.first", "chat.about.measure", "chat.about.pitfalls"];

export class View {
  static styles = CHAT;
  #running;
  #recipe;

  /** `host` is the element, `root` where to draw. */
  constructor(host, root) {
    this.host = host;
    this.conversation = new Conversation(this.#key());
    this.views = [];
    this.log = el("ol", { class: "log", part: "log" });
    this.status = this.host.announcer();
    this.box = el("textarea", { id: "q", part: "input", rows: "2", maxlength: LONGEST, required: true, enterkeyhint: "send" });
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.box.value = host.querySelector("textarea")?.value ?? ""; // typed before the script came
    this.button = el("button", { class: "strong", part: "button" }, this.host.t("chat.send"));
    this.restart = el("button", { type: "button", class: "quiet-button", part: "button", hidden: true, onclick: () => this.clear() },
      this.host.t("chat.restart"));
    this.intro = el("div", { class: "intro" });
    this.form = el("form", { class: "ask write", part: "form", onsubmit: (event) => this.#submit(event) },
      el("label", { for: "q", part: "label" }, this.host.t("chat.label")),
      el("div", { class: "row ask-row" }, this.box, this.button));
    root.classList.add("chat");
    root.classList.toggle("roomy", host.hasAttribute("roomy"));
    root.append(this.intro, this.log, this.status.region, this.form,
      el("div", { class: "row under" }, this.#notice(), this.restart));
    for (const turn of this.conversation.turns) this.#restore(turn);
    this.#introduce();
    if (this.host.hasAttribute("recipe")) this.#openRecipe();
    const asked = host.getAttribute("question");
    if (!asked) return;
    this.box.value = "";
    if (!this.conversation.turns.some(({ question }) => question === asked)) this.ask(asked);
  }

  leave() {
    this.#running?.abort();
  }

  /** Asks; `led` where the question was a link, which is gone now: focus goes to the question. */
  async ask(question, led = false) {
    if (this.#running) return;
    this.views.at(-1)?.rest();
    const view = this.#show(this.conversation.begin(question));
    view.element.scrollIntoView({ block: "start" });
    if (led) view.question.focus({ preventScroll: true });
    await this.#answer(view);
  }

  /** Starts over. */
  clear() {
    this.leave();
    this.conversation.clear();
    this.views = [];
    this.log.replaceChildren();
    this.#introduce();
    this.status.say(this.host.t("chat.restarted"));
    this.box.focus();
  }

  /** Sends feedback on an answer. Raises Trouble. */
  async judge(turn, comment = "") {
    await this.host.api.feedback({ answer_id: turn.answer.answer_id, vote: turn.vote, comment });
  }

  #notice() {
    const kept = this.host.getAttribute("logged") === "false" ? "" : this.host.t("chat.notice.logged");
    const first = this.host.t(this.host.compact ? "chat.notice.short" : "chat.notice");
    return el("p", { class: "notice small quiet", part: "notice" }, `${first} ${kept}`);
  }

  #key() {
    const name = this.host.getAttribute("recipe") ?? this.host.id;
    return name || String([...document.querySelectorAll("cookbook-chat")].indexOf(this.host));
  }

  #submit(event) {
    event.preventDefault();
    if (this.#running) {
      this.#running.abort();
      return;
    }
    const question = this.box.value.trim();
    if (!question) return;
    this.box.value = "";
    this.ask(question);
  }

  #show(turn) {
    const view = new TurnView(this, turn);
    this.views.push(view);
    this.log.append(view.element);
    this.intro.hidden = true;
    this.restart.hidden = false;
    return view;
  }

  #restore(turn) {
    const view = this.#show(turn);
    const last = turn === this.conversation.turns.at(-1);
    if (turn.answer) view.finish(last);
    else view.end(this.#note("chat.stopped"), last && this.#retry(view));
  }

  async #answer(view) {
    const { turn } = view;
    const mine = (this.#running = new AbortController());
    this.#busy(true);
    turn.text = "";
    view.wait(this.host.t("chat.thinking"));
    this.status.say(this.host.t("chat.thinking"));
    const slow = setTimeout(() => {
      if (turn.text) return;
      view.wait(this.host.t("chat.slow"));
      this.status.say(this.host.t("chat.slow"));
    }, SLOW_AFTER);
    try {
      await this.#ready;
      await this.#stream(view, mine.signal);
      view.finish(true);
      this.status.say(`${this.host.t("chat.ready")} ${spoken(turn.answer.answer)}`);
    } catch (error) {
      if (mine.signal.aborted) {
        view.end(this.#note("chat.stopped"), this.#retry(view));
        this.status.say(this.host.t("chat.stopped"));
      } else {
        turn.text = "";
        view.end(this.host.message(error, () => this.#again(view)));
        this.status.say("");
      }
    } finally {
      clearTimeout(slow);
      this.conversation.keep();
      if (this.#running === mine) {
        this.#running = undefined;
        this.#busy(false);
      }
    }
  }

  async #stream(view, signal) {
    const { turn } = view;
    const request = { messages: this.conversation.messages(turn, this.#opening()) };
    for await (const [name, data] of this.host.api.chat(request, signal)) {
      if (name === "sources" && data.citations.length) {
        const titles = [...new Set(data.citations.map(({ title }) => title))].slice(0, 3).join(", ");
        view.wait(this.host.t("chat.reading", { titles }));
      } else if (name === "text") {
        turn.text += data.text;
        view.stream(turn.text);
      } else if (name === "done") {
        turn.answer = data;
        turn.text = data.answer;
        return;
      } else if (name === "error") {
        throw new Trouble(data.status === 503 ? "starting" : data.status < 500 ? "input" : "server", { detail: data.detail });
      }
    }
    throw new Trouble("cut");
  }

  #again(view) {
    if (this.#running) return;
    this.box.focus();
    this.#answer(view);
  }

  #retry(view) {
    return el("p", {}, el("button", { type: "button", part: "button", onclick: () => this.#again(view) }, this.host.t("error.retry")));
  }

  #note(key) {
    return el("p", { class: "small quiet" }, this.host.t(key));
  }

  /** One button sends and stops, so that focus never gets lost. */
  #busy(busy) {
    this.button.textContent = this.host.t(busy ? "chat.stop" : "chat.send");
    this.button.classList.toggle("strong", !busy);
    this.box.required = !busy;
    this.log.setAttribute("aria-busy", busy);
  }

  // A recipe in context

  #ready = Promise.resolve();

  #openRecipe() {
    this.#recipe = undefined;
    this.#ready = this.host.api.document("recipe", this.host.getAttribute("recipe"), this.host.language, this.host.getAttribute("owner")).then(
      (recipe) => {
        this.#recipe = recipe;
        this.#introduce();
      },
      () => {}, // without the recipe the conversation is an open one
    );
  }

  /** Turns that put the recipe in front of the conversation. */
  #opening() {
    if (!this.#recipe) return [];
    const { title, summary } = this.#recipe;
    return [user(title), assistant(`**${title}**. ${summary}`)];
  }

  /** "Ask about the recipe X", X a link. */
  #about() {
    const { title, url } = this.#recipe;
    return this.host.t("chat.about", { title: "\n" }).split("\n").flatMap((words, at) =>
      at ? [this.host.link(url, {}, title), words] : words);
  }

  #introduce() {
    const title = this.#recipe?.title;
    const examples = (title ? ABOUT : EXAMPLES).map((key) => this.host.t(key, { title }));
    this.intro.hidden = this.views.length > 0;
    this.restart.hidden = this.views.length === 0;
    this.intro.replaceChildren(
      ...(title ? [el("p", { class: "about" }, this.#about())] : []),
      ...(this.host.compact || title ? [] : [el("p", {}, this.host.t("chat.intro"))]),
      el("p", { class: "label" }, this.host.t("chat.examples")),
      el("ul", { class: "chips" }, examples.map((words) =>
        el("li", {}, el("button", { type: "button", class: "chip", part: "chip", onclick: () => this.ask(words, true) }, words)))));
  }
}

/** An answer without its marks, for screen readers. */
function spoken(text) {
  return text.replace(/\*\*|\s?\[\d{1,2}\]/g, "");
}
