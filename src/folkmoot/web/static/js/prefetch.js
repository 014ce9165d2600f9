// Links of this site are fetched when someone is about to follow them, each once, never on a metered connection.

const WAIT = 80;
const done = new Set();
const spare = navigator.connection?.saveData;
let timer;

function wanted(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || spare || link.origin !== location.origin || link.hash || link.search.length > 200) return;
  if (!/^\/(post|comment|c|u)\/[^/]+$/.test(link.pathname) || done.has(link.href)) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    done.add(link.href);
    const hint = document.createElement("link");
    hint.rel = "prefetch";
    hint.href = link.href;
    document.head.append(hint);
  }, event.type === "touchstart" ? 0 : WAIT);
}

document.addEventListener("mouseover", wanted);
document.addEventListener("touchstart", wanted, { passive: true });
document.addEventListener("mouseout", () => clearTimeout(timer));
