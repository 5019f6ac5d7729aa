// The reader's latest searches, kept in this browser alone.

const NAME = "recent";
const MOST = 6;

export function recentSearches() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(found) ? found.filter((query) => typeof query === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberSearch(query) {
  if (!query) return;
  const others = recentSearches().filter((other) => other.toLowerCase() !== query.toLowerCase());
  try {
    localStorage.setItem(NAME, JSON.stringify([query, ...others].slice(0, MOST)));
  } catch { /* nothing is kept */ }
}

export function forgetSearches() {
  try {
    localStorage.removeItem(NAME);
  } catch { /* nothing was kept */ }
}
