// The turns of a conversation, kept in sessionStorage alone: they go when the tab is closed.

const MOST_MESSAGES = 20; // sent along with a question
const MOST_CHARACTERS = 30_000;
const LONGEST = 4000; // of one message; the API refuses more

export class Conversation {
  /** `key` tells conversations of one site apart. */
  constructor(key) {
    this.key = `cookbook-chat:${key}`;
    this.turns = this.#read();
  }

  /** Adds a question; its answer comes later. */
  begin(question) {
    const turn = { question, answer: null, text: "" };
    this.turns.push(turn);
    this.keep();
    return turn;
  }

  clear() {
    this.turns = [];
    this.keep();
  }

  keep() {
    try {
      if (this.turns.length) sessionStorage.setItem(this.key, JSON.stringify(this.turns));
      else sessionStorage.removeItem(this.key);
    } catch { /* storage is full or forbidden: the conversation lasts as long as the page */ }
  }

  /** What the API is sent: the answered turns before this one, newest kept, and its question. */
  messages(turn, opening = []) {
    const before = this.turns.slice(0, this.turns.indexOf(turn)).filter((earlier) => earlier.text);
    const all = [...opening, ...before.flatMap(({ question, text }) => [user(question), assistant(text)])];
    let room = MOST_CHARACTERS;
    const kept = all.slice(-MOST_MESSAGES).reverse().filter(({ content }) => (room -= content.length) > 0).reverse();
    return [...kept, user(turn.question)];
  }

  #read() {
    try {
      const turns = JSON.parse(sessionStorage.getItem(this.key)) ?? [];
      return turns.filter((turn) => typeof turn.question === "string");
    } catch {
      return [];
    }
  }
}

export function user(content) {
  return { role: "user", content: content.slice(0, LONGEST) };
}

export function assistant(content) {
  return { role: "assistant", content: content.slice(0, LONGEST) };
}
