// The search of a published site: everything happens in this browser. A plain script, so that it also
// works where pages are opened from a disk.

(() => {
  const results = document.querySelector("#results");
  const box = document.querySelector("#q");
  const root = document.documentElement;
  const language = root.lang;
  const words = JSON.parse(document.querySelector("#words").textContent);
  const SHOWN = 10;
  const METRICS = 5;
  const BESIDE = 0.35; // share of the best sum below which a recipe is not shown
  const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}'’-]*[\p{L}\p{N}])?/gu;
  const SHORTEST = 4; // letters of a part of a compound, and of a beginning that is trusted
  let index; // promise of the index

  function load() {
    index ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = root.dataset.root + results.dataset.data;
      script.onload = () => resolve(open(self.cookbookIndex));
      script.onerror = () => { index = undefined; reject(new Error("no index")); };
      document.head.append(script);
    });
    return index;
  }

  function bytes(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  }

  function starts(lengths) {
    const sums = new Uint32Array(lengths.length + 1);
    for (let at = 0; at < lengths.length; at++) sums[at + 1] = sums[at] + lengths[at];
    return sums;
  }

  function open(data) {
    const forms = [];
    let before = "";
    for (const line of data.forms.split("\n")) {
      before = before.slice(0, parseInt(line[0], 36)) + line.slice(1);
      forms.push(before);
    }
    return {
      ...data, forms,
      places: new Map(forms.map((form, at) => [form, at])),
      stop: new Set(data.stop.split(" ")),
      formStarts: starts(new Uint8Array(bytes(data.formStarts))),
      formTerms: new Uint32Array(bytes(data.formTerms)),
      termStarts: starts(new Uint16Array(bytes(data.termStarts))),
      owners: new Uint16Array(bytes(data.owners)),
      weights: new Uint8Array(bytes(data.weights)),
      odds: new Float32Array(bytes(data.odds)),
    };
  }

  /** Places of the forms that a word stands for: itself, its parts, or the nearest beginning. */
  function formsOf(word, data) {
    const whole = data.places.get(word);
    if (whole !== undefined) return [whole];
    if (data.stop.has(word) || word.length < 2) return null;
    if (word.includes("-")) return word.split("-").flatMap((part) => formsOf(part, data) ?? []);
    const begun = beginning(word, data);
    for (let cut = word.length - SHORTEST; cut >= SHORTEST; cut--) { // the longest first part wins
      const [first, last] = [data.places.get(word.slice(0, cut)), data.places.get(word.slice(cut))];
      const rest = last ?? beginning(word.slice(cut), data)[0];
      if (first !== undefined && rest !== undefined) return [first, rest, ...begun];
    }
    return begun;
  }

  /** The known form that shares the longest beginning with an unknown word, if most of both is shared. */
  function beginning(word, data) {
    let [low, high] = [0, data.forms.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (data.forms[middle] < word) low = middle + 1;
      else high = middle;
    }
    let best = [];
    let most = Math.max(SHORTEST, Math.ceil(word.length * 0.6));
    for (let at = Math.max(0, low - 20); at < Math.min(data.forms.length, low + 20); at++) {
      const form = data.forms[at];
      let shared = 0;
      while (shared < form.length && form[shared] === word[shared]) shared++;
      if (shared > most || (shared === most && !best.length)) {
        if (form.length - shared <= 5) [best, most] = [[at], shared];
      }
    }
    return best;
  }

  /** Sums of all documents for a query, and whether it is one of ours. */
  function search(query, data) {
    const terms = new Set();
    let unknown = 0;
    for (const [word] of query.normalize("NFC").toLowerCase().replaceAll("’", "'").matchAll(WORD)) {
      const forms = formsOf(word, data);
      if (forms && !forms.length) unknown += 1;
      for (const form of forms ?? []) {
        for (let at = data.formStarts[form]; at < data.formStarts[form + 1]; at++) terms.add(data.formTerms[at]);
      }
    }
    const sums = new Float64Array(data.documents.length);
    let odds = 0;
    for (const term of terms) {
      odds += data.odds[term];
      for (let at = data.termStarts[term]; at < data.termStarts[term + 1]; at++) {
        sums[data.owners[at]] += data.weights[at] * data.step;
      }
    }
    const best = Math.max(0, ...sums);
    const answered = best > 0 && (odds + data.likeness * best) / Math.sqrt(terms.size + unknown) >= data.threshold;
    const order = [...sums.keys()].filter((at) => sums[at] > 0).sort((one, other) => sums[other] - sums[one] || one - other);
    return { answered, best, sums, order };
  }

  function fill(node, selector, text) {
    const found = node.querySelector(selector);
    if (text) found.textContent = text;
    else found.remove();
  }

  function address(found) {
    const [path, owner] = found.url.split("?owner=");
    const city = owner ? `kaupunki/${owner.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-")}/` : "";
    return `${root.dataset.root}${language === root.dataset.default ? "" : `${language}/`}${path.slice(1)}/${city}index.html`;
  }

  function name(card, found) {
    const link = card.querySelector("h3 a");
    link.href = address(found);
    link.textContent = found.title[language];
  }

  function recipeCard(found, data) {
    const card = document.querySelector("#recipe-card").content.cloneNode(true);
    name(card, found);
    fill(card, ".hit-summary", found.summary[language]);
    fill(card, ".kind", words[found.kind]);
    fill(card, ".owner", found.owner);
    if (found.phase) {
      fill(card, ".phase-number", String(words.phases.indexOf(found.phase) + 1));
      fill(card, ".phase-name", words[found.phase]);
    } else card.querySelector(".phase").remove();
    const chips = card.querySelector(".chips");
    for (const at of (found.metrics ?? []).slice(0, 4)) {
      const link = document.createElement("a");
      link.href = address(data.documents[at]);
      link.textContent = data.documents[at].title[language];
      const item = document.createElement("li");
      item.append(link);
      chips.append(item);
    }
    if (!chips.children.length) card.querySelector(".hit-foot").remove();
    return card;
  }

  function metricCard(found) {
    const card = document.querySelector("#metric-card").content.cloneNode(true);
    name(card, found);
    fill(card, ".level", words[found.level]);
    card.querySelector(".level").classList.add(`level-${found.level}`);
    fill(card, ".formula", found.formula);
    fill(card, ".unit span", found.unit);
    return card;
  }

  function show({ answered, best, sums, order }, data) {
    const kinds = (metric) => order.filter((at) => (data.documents[at].kind === "metric") === metric);
    const recipes = answered ? kinds(false).filter((at) => sums[at] >= BESIDE * best).slice(0, SHOWN) : [];
    const named = new Set(recipes.slice(0, 3).flatMap((at) => data.documents[at].metrics ?? []));
    const metrics = answered ? kinds(true).sort((one, other) => named.has(other) - named.has(one)).slice(0, METRICS) : [];
    results.querySelector(".hits").replaceChildren(...recipes.map((at) => recipeCard(data.documents[at], data)));
    const aside = results.querySelector(".found-metrics");
    aside.replaceChildren(aside.firstElementChild, ...metrics.map((at) => metricCard(data.documents[at])));
    aside.hidden = !metrics.length;
    results.querySelector(".found").hidden = !answered;
    results.querySelector(".notice").hidden = answered;
    const title = recipes.length === 1 ? words.one : words.many.replace("{n}", recipes.length);
    results.querySelector("#results-title").textContent = title;
    results.hidden = false;
    document.querySelector("main").dataset.view = answered ? "results" : "start";
    const said = answered ? title : results.querySelector(".notice h2").textContent;
    document.querySelector("#status").textContent = said;
    document.title = `${box.value} – ${document.body.dataset.site}`;
  }

  async function answer(query) {
    document.querySelector("#status").textContent = results.dataset.loading;
    try {
      const data = await load();
      show(search(query, data), data);
    } catch {
      document.querySelector("#status").textContent = results.dataset.failed;
      results.hidden = false;
      results.querySelector(".found").hidden = true;
      const notice = results.querySelector(".notice");
      notice.hidden = false;
      notice.querySelector("p").textContent = results.dataset.failed;
    }
  }

  function asked() {
    return new URLSearchParams(location.search).get("q")?.trim() ?? "";
  }

  self.cookbookSearch = async (query) => search(query, await load()); // for those who measure it
  box.form.addEventListener("focusin", () => load().catch(() => {}), { once: true });
  box.value = asked();
  if (asked()) answer(asked());
})();
