// For a page that shows the cookbook in frames: gives each the height of its content.
//
//   <iframe src="https://COOKBOOK/upota/haku" title="…" width="100%" height="640"></iframe>
//   <script type="module" src="https://COOKBOOK/static/embed/frame.js"></script>

const COOKBOOK = new URL(import.meta.url).origin;
const LEAST = 80;
const MOST = 20_000; // pixels

function frames() {
  return [...document.querySelectorAll("iframe")].filter((frame) => new URL(frame.src, location.href).origin === COOKBOOK);
}

addEventListener("message", ({ origin, source, data }) => {
  if (origin !== COOKBOOK || data?.type !== "cookbook-height" || !Number.isFinite(data.height)) return;
  const frame = frames().find(({ contentWindow }) => contentWindow === source);
  if (frame) frame.style.height = `${Math.min(Math.max(data.height, LEAST), MOST)}px`;
});

// A frame that was there first has told its height already: ask.
for (const frame of frames()) {
  frame.contentWindow?.postMessage({ type: "cookbook-measure" }, "*"); // it may not have loaded yet
}
