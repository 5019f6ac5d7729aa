// Inside a frame: the looks of its address, and its height for the page around.

const element = document.querySelector("cookbook-search, cookbook-chat");

for (const [name, value] of Object.entries(element.dataset)) {
  const property = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  element.style.setProperty(`--cookbook-${property}`, value);
}

function tell() {
  // A height is no secret, and only pages that the policy names can have this one in a frame.
  parent.postMessage({ type: "cookbook-height", height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
}

if (parent !== window) {
  new ResizeObserver(tell).observe(document.body);
  addEventListener("message", (event) => {
    if (event.source === parent && event.data?.type === "cookbook-measure") tell();
  });
}
