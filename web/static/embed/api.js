// The client of the cookbook's API: search, chat as a stream, feedback. On other sites no cookie leaves the page.

const PATIENCE = 30_000; // milliseconds without a byte from the server

/** What went wrong: `kind` is the last part of a key of the strings `trouble.*`. */
export class Trouble extends Error {
  constructor(kind, values = {}) {
    super(kind);
    this.kind = kind;
    this.values = values;
  }
}

export class Api {
  #key;

  /**
   * `address`: where the cookbook is served; `key`: of the page around, for a closed cookbook.
   * Throws Trouble where the address is not an http or https address.
   */
  constructor(address, key) {
    this.#key = key;
    let base;
    try {
      base = new URL(address, location.href);
    } catch {
      throw new Trouble("address", { api: address });
    }
    if (!/^https?:$/.test(base.protocol)) throw new Trouble("address", { api: address });
    base.search = base.hash = "";
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    this.base = base;
  }

  /** The address of one of the cookbook's pages; an address elsewhere becomes the cookbook's front page. */
  page(path, parameters = {}) {
    let url = new URL(String(path).replace(/^\/(?!\/)/, ""), this.base);
    if (url.origin !== this.base.origin) url = new URL(this.base);
    for (const [name, values] of Object.entries(parameters)) {
      for (const value of [values].flat()) if (value) url.searchParams.append(name, value);
    }
    return url.href;
  }

  async search(request, signal) {
    const response = await this.#send("api/v1/search", { body: request, signal });
    return this.#whole(response);
  }

  /** Recipe, method or metric by its id, titles in this language; the owner decides where two cities have it. */
  async document(kind, id, language, owner, signal) {
    const asked = new URLSearchParams({ language, ...(owner && { owner }) });
    const path = `api/v1/${kind}s/${encodeURIComponent(id)}?${asked}`;
    return this.#whole(await this.#send(path, { signal }));
  }

  async suggest(typed, language, limit, signal) {
    const path = `api/v1/suggest?${new URLSearchParams({ q: typed, language, limit })}`;
    return this.#whole(await this.#send(path, { signal }));
  }

  async feedback(request) {
    await this.#send("api/v1/feedback", { body: request });
  }

  /** The events of an answer as they come: [name, data]. */
  async *chat(request, signal) {
    const watch = new AbortController();
    const whole = AbortSignal.any([signal, watch.signal]);
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => watch.abort(), PATIENCE);
    };
    try {
      alive();
      const response = await this.#send("api/v1/chat", { body: request, signal: whole, accept: "text/event-stream" });
      yield* events(response.body, alive);
    } catch (error) {
      if (watch.signal.aborted && !signal.aborted) throw new Trouble("late");
      if (error instanceof Trouble || signal.aborted) throw error;
      throw new Trouble("cut");
    } finally {
      clearTimeout(timer);
    }
  }

  async #send(path, { body, signal, accept = "application/json" }) {
    const url = new URL(path, this.base);
    const blocked = policyWatch(url);
    const headers = { accept };
    if (body) headers["content-type"] = "application/json";
    if (this.#key) headers.authorization = `Bearer ${this.#key}`;
    let response;
    try {
      response = await fetch(url, {
        method: body ? "POST" : "GET",
        headers,
        body: body && JSON.stringify(body),
        credentials: "same-origin", // the session of who signed in, on our own pages alone
        cache: "no-store",
        signal: signal ?? AbortSignal.timeout(PATIENCE),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      if (error.name === "TimeoutError") throw new Trouble("late");
      throw await this.#unreachable(blocked);
    } finally {
      blocked.stop();
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  async #whole(response) {
    try {
      return await response.json();
    } catch (error) {
      throw error.name === "TimeoutError" ? new Trouble("late") : error.name === "AbortError" ? error : new Trouble("cut");
    }
  }

  /** Browsers do not say why a request failed; a second one, whose answer may stay unread, tells. */
  async #unreachable(blocked) {
    const api = this.base.origin;
    if (location.protocol === "https:" && this.base.protocol === "http:") return new Trouble("mixed", { api });
    let answers = false;
    if (this.base.origin !== location.origin) {
      const probe = new URL("static/embed.js", this.base);
      answers = await fetch(probe, { mode: "no-cors", credentials: "omit", cache: "no-store" }).then(() => true, () => false);
    }
    await new Promise((done) => setTimeout(done, 50)); // the event of a violation comes a little later
    if (blocked.seen()) return new Trouble("policy", { api });
    return answers ? new Trouble("origin", { page: location.origin }) : new Trouble("network", { api });
  }
}

/** Notices whether the page's Content-Security-Policy stops requests to this origin. */
function policyWatch(url) {
  let seen = false;
  const note = (event) => {
    if (event.effectiveDirective === "connect-src" && event.blockedURI.startsWith(url.origin)) seen = true;
  };
  document.addEventListener("securitypolicyviolation", note);
  return {
    seen: () => seen,
    stop: () => document.removeEventListener("securitypolicyviolation", note),
  };
}

async function refusal(response) {
  const seconds = Number(response.headers.get("retry-after")) || 30;
  if (response.status === 429) return new Trouble("busy", { seconds });
  if (response.status === 503) return new Trouble("starting");
  if (response.status === 401 || response.status === 403) return new Trouble("refused");
  if (response.status >= 500) return new Trouble("server");
  const problem = await response.json().catch(() => ({}));
  return new Trouble("input", { detail: problem.detail ?? `HTTP ${response.status}` });
}

/** Server-Sent Events of a response body: [name, data parsed from JSON]. */
async function* events(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const event = read(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function read(block) {
  let name = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = line.match(/^(\w*):? ?(.*)$/) ?? [];
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
  }
  return data.length ? [name, JSON.parse(data.join("\n"))] : null;
}
