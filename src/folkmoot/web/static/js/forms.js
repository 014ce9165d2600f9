// Forms in place: links with data-open fetch theirs, forms with data-send stay on the page. Drafts are remembered.
import { ask, element, itemOf, memory, modified, say, words } from "./common.js";

const FRAGMENT = { "X-Fragment": "1" };
const first = "textarea, input:not([type=hidden]), select, a, button";

// --- Opening

async function open(link) {
  const line = link.closest("[data-slot], .a, .m, p, header, ul, div");
  const shown = line.nextElementSibling;
  if (shown?.matches(".slot")) {
    const same = shown.dataset.from === link.href;
    shown.remove();
    link.removeAttribute("aria-expanded");
    if (same) return;
  }
  let part;
  try {
    const response = await ask(link.href, FRAGMENT);
    if (!response.ok || response.redirected) throw response;
    part = element(await response.text());
  } catch {
    location.href = link.href;
    return;
  }
  const slot = document.createElement("div");
  slot.className = "slot";
  slot.dataset.from = link.href;
  slot.append(part);
  line.after(slot);
  link.setAttribute("aria-expanded", "true");
  if (slot.querySelector("[data-fills]")) import("./moderate.js");
  ready(slot);
  const field = slot.querySelector(first);
  field?.focus();
  // Who changes a text goes on where it ends.
  if (field?.matches("textarea")) field.selectionStart = field.value.length;
}

function shut(slot) {
  const link = [...document.querySelectorAll("[data-open][aria-expanded]")].find((a) => a.href === slot.dataset.from);
  slot.remove();
  link?.removeAttribute("aria-expanded");
  link?.focus();
}

document.addEventListener("click", (event) => {
  if (modified(event)) return;
  const link = event.target.closest("a[data-open]");
  const cancel = event.target.closest("[data-cancel]");
  if (link) {
    event.preventDefault();
    open(link);
  } else if (cancel?.closest(".slot")) {
    event.preventDefault();
    const slot = cancel.closest(".slot");
    for (const area of slot.querySelectorAll("[data-draft]")) memory.set(key(area), null);
    shut(slot);
  }
});

// --- Sending

/** Where the answer to a form goes; the value of data-send. */
const places = {
  /** A reply: first among the answers of the comment, or first in the thread. */
  reply(form, answer) {
    const comment = itemOf(form);
    let list = document.getElementById("tree");
    if (comment?.matches(".c")) {
      const details = comment.querySelector(":scope > details");
      list = details.querySelector(":scope > ol");
      if (!list) details.append(list = document.createElement("ol"));
    }
    if (!list) return location.reload();
    list.prepend(answer);
  },
  /** An edit: the same item with new content; the answers beneath it stay. */
  replace(form, answer) {
    const old = itemOf(form);
    const kept = old.querySelector(":scope > details > ol");
    if (kept) {
      answer.querySelector(":scope > details > ol")?.remove();
      answer.querySelector(":scope > details").append(kept);
    }
    old.replaceWith(answer);
  },
  /** A decision: the row leaves, the words stay in the answer's place when there are any. */
  gone(form, answer) {
    const row = form.closest("[data-row], tr, li, article");
    row.dispatchEvent(new CustomEvent("gone", { bubbles: true }));
    if (answer) row.replaceChildren(answer); else row.remove();
  },
  /** A report: a sentence in place of the form. */
  note(form, answer) { form.replaceWith(answer); },
};

async function send(form, submitter) {
  const data = new FormData(form, submitter);
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  const url = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
  const response = await ask(url, FRAGMENT, body);
  if (response.redirected) {
    location.href = response.url;
    return;
  }
  const answer = element(await response.text());
  const slot = form.closest(".slot");
  if (submitter?.hasAttribute("data-preview") && response.ok) {
    const preview = answer?.querySelector(".preview");
    if (preview) form.querySelector(".preview").replaceWith(preview);
    return;
  }
  if (!response.ok) {
    if (!answer?.matches("form")) throw response;
    form.replaceWith(answer);
    ready(answer.parentNode);
    (answer.querySelector(".errors") ?? answer.querySelector(first)).focus();
    return;
  }
  for (const area of form.querySelectorAll("[data-draft]")) memory.set(key(area), null);
  places[form.dataset.send]?.(form, answer);
  if (form.dataset.send !== "note") slot?.remove();
  if (slot) document.querySelector("[data-open][aria-expanded]")?.removeAttribute("aria-expanded");
  else if (form.isConnected) form.reset();
  const landed = answer?.matches("article") ? answer : answer?.querySelector("article");
  if (!landed) return;
  landed.tabIndex = -1;
  landed.focus({ preventScroll: true });
  landed.scrollIntoView({ block: "nearest" });
}

// While it goes down: a form in a thread stands inside the form #act, and browsers keep such a submit from coming up again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.send) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  send(form, event.submitter)
    .catch(() => say(event.submitter ?? form.lastElementChild, words.failed))
    .finally(() => { form.ariaBusy = null; });
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector("button.main"));
  }
});

// --- Drafts and growing

const key = (area) => `draft:${area.dataset.draft}`;
const grows = CSS.supports("field-sizing", "content");

function grow(area) {
  if (grows) return;
  area.style.blockSize = "auto";
  area.style.blockSize = `${area.scrollHeight + 2}px`;
}

function ready(root) {
  for (const area of root.querySelectorAll("textarea")) {
    const draft = area.dataset.draft && memory.get(key(area));
    if (draft && area.value === area.defaultValue && draft !== area.value && !root.querySelector(".errors")) {
      area.value = draft;
      area.after(kept(area));
    }
    grow(area);
  }
}

/** "Your unsent text was kept. [Discard it]" */
function kept(area) {
  const line = document.createElement("p");
  const drop = document.createElement("button");
  line.className = "help";
  line.setAttribute("role", "status");
  drop.type = "button";
  drop.textContent = words.discard;
  drop.addEventListener("click", () => {
    area.value = area.defaultValue;
    memory.set(key(area), null);
    line.remove();
    area.focus();
  });
  line.append(words.restored, " ", drop);
  return line;
}

let waiting;
document.addEventListener("input", ({ target }) => {
  if (!target.matches("textarea")) return;
  grow(target);
  if (!target.dataset.draft) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => memory.set(key(target), target.value.trim() ? target.value : null), 400);
});

// A form sent as a whole page: the draft goes once a page without that form has arrived.
document.addEventListener("submit", (event) => {
  const area = event.target.querySelector("[data-draft]");
  if (area && !event.target.dataset.send) memory.set("sent", area.dataset.draft);
}, true);
const sent = memory.get("sent");
if (sent) {
  if (!document.querySelector(`[data-draft="${CSS.escape(sent)}"]`)) memory.set(`draft:${sent}`, null);
  memory.set("sent", null);
}

ready(document);
