// Entry. Every page works without this; here it answers faster. Modules load only where something needs them.

const has = (selector) => document.querySelector(selector);

if (has("#act")) import("./actions.js");
if (has("form[data-send], [data-open], [data-draft]")) import("./forms.js");
if (has(".t")) import("./thread.js");
if (has("[data-suggest]")) import("./suggest.js");
if (has("[data-bulk], [data-fills]")) import("./moderate.js");
import("./keys.js");

// Menus close when something else is meant.
const close = (keep) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(keep)) menu.open = false;
};
document.addEventListener("click", (event) => close(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.firstElementChild.focus();
});

// A summary of errors takes the focus.
has(".errors[autofocus]")?.focus();

// Links of this site are fetched when someone is about to follow them, each once, never on a metered connection.
const WAIT = 80;
const fetched = new Set();
let timer;

function prefetch({ target, type }) {
  const link = target.closest?.("a[href]");
  if (!link || link.origin !== location.origin || link.hash || fetched.has(link.href)) return;
  if (!/^\/(post|comment|c|u)\/[^/]+$/.test(link.pathname) || navigator.connection?.saveData) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    fetched.add(link.href);
    const hint = document.createElement("link");
    hint.rel = "prefetch";
    hint.href = link.href;
    document.head.append(hint);
  }, type === "touchstart" ? 0 : WAIT);
}

document.addEventListener("mouseover", prefetch);
document.addEventListener("touchstart", prefetch, { passive: true });
document.addEventListener("mouseout", () => clearTimeout(timer));
