// Keyboard: j k through items, n p through what is new, the rest act on the item at hand. "?" shows the list.
import { ask, element, itemOf, memory, modified, words } from "./common.js";

const place = `at:${location.pathname}`;
let at = null;

const visible = (selector) => [...document.querySelectorAll(selector)].filter((item) => item.checkVisibility());

function go(item, scroll = true) {
  if (!item) return;
  at?.classList.remove("at");
  at = item;
  at.classList.add("at");
  at.tabIndex = -1;
  at.focus({ preventScroll: true });
  if (scroll) {
    const { top, bottom } = at.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) at.scrollIntoView({ block: bottom - top > innerHeight / 2 ? "start" : "nearest" });
  }
  sessionStorage.setItem(place, at.id);
}

/** The item after or before the one at hand, in the order of the page. */
function step(selector, back) {
  const items = visible(selector);
  if (!at?.isConnected) return go(items.find((item) => item.getBoundingClientRect().top >= 0) ?? items[0]);
  const side = back ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
  const rest = items.filter((item) => item !== at && at.compareDocumentPosition(item) & side);
  go(back ? rest.at(-1) : rest[0]);
}

const ITEMS = "[data-row], .p, .c";
const fresh = () => document.querySelector(".c.n") ? ".c.n" : ".t > li > .c, .p";

/** The first match that belongs to the item at hand itself, not to one nested in it. */
function own(selector) {
  const item = at ?? document.querySelector(".post");
  return [...item?.querySelectorAll(selector) ?? []].find((node) => itemOf(node) === item);
}

const click = (selector) => own(selector)?.click();

/** The answered comment; "back" of the browser returns to the answer. */
function parent() {
  const link = own('header > a[href^="#c"]');
  if (!link) return;
  link.click();
  go(document.querySelector(link.hash));
}

function fold() {
  const details = at?.querySelector(":scope > details");
  if (details) details.open = !details.open;
  else click("input[type=checkbox]");
}

async function help() {
  const link = document.querySelector("a[data-dialog]");
  let dialog = document.querySelector("dialog.keys");
  if (!dialog) {
    const response = await ask(link.href, { "X-Fragment": "1" }).catch(() => null);
    if (!response?.ok) return location.assign(link.href);
    dialog = document.createElement("dialog");
    dialog.className = "keys";
    dialog.append(element(`<div>${await response.text()}</div>`), element('<form method="dialog"><button autofocus></button></form>'));
    dialog.querySelector("form button").textContent = words.close;
    document.body.append(dialog);
    settle(dialog);
  }
  dialog.showModal();
}

const keys = {
  j: () => step(ITEMS), k: () => step(ITEMS, true),
  n: () => step(fresh()), p: () => step(fresh(), true),
  o: () => click("h2 > a, h1 > a, a[rel=bookmark], td a, th a"),
  u: parent,
  a: () => click("button.up"), z: () => click("button.dn"),
  s: () => click('button[formaction$="/save"]'),
  r: () => click('a[href$="/reply"]'), e: () => click('a[href$="/edit"]'),
  x: fold, "/": () => location.assign("/search"), "?": help,
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog");
  const act = keys[event.key];
  if (!act || typing || event.metaKey || event.ctrlKey || event.altKey || memory.get("keys") === false) return;
  event.preventDefault();
  act();
});

document.addEventListener("focusin", ({ target }) => {
  const item = itemOf(target);
  if (item && item !== at) {
    at?.classList.remove("at");
    at = item;
  }
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("a[data-dialog]") || modified(event)) return;
  event.preventDefault();
  help();
});

/** The switch that turns the keys off on this device. */
function settle(root) {
  const box = root.querySelector("[data-keys]");
  if (!box) return;
  box.checked = memory.get("keys") !== false;
  box.addEventListener("change", () => memory.set("keys", box.checked ? null : false));
}
settle(document);

// Coming back: the item one left from is at hand again; the browser restores the scrolling.
if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  const id = sessionStorage.getItem(place);
  if (id) go(document.getElementById(id), false);
}
