// A thread: remembers what was folded, and folds from anywhere on a header line.
import { memory } from "./common.js";

const KEPT = 500;
const folded = new Set(memory.get("folds", []));

for (const id of folded) {
  const details = document.querySelector(`#${CSS.escape(id)} > details[open]`);
  if (details && !location.hash) details.open = false;
}

document.addEventListener("toggle", ({ target }) => {
  const comment = target.parentNode;
  if (!comment.matches?.(".c:not(.f)")) return;
  folded.delete(comment.id);
  if (!target.open) folded.add(comment.id);
  memory.set("folds", [...folded].slice(-KEPT));
}, true);

document.addEventListener("click", ({ target }) => {
  if (!target.matches(".c > header") || !getSelection().isCollapsed) return;
  const details = target.nextElementSibling;
  details.open = !details.open;
});
