// Shared by the modules: words from the page, asking the server, parsing fragments, small notes.

/** Translated words, from the data attributes of the script element. */
export const words = document.getElementById("js")?.dataset ?? {};

/** Ask for JSON or a fragment; rejects only when the network fails. */
export const ask = (url, headers, body) =>
  fetch(url, { method: body ? "POST" : "GET", headers, body, credentials: "same-origin" });

/** HTML text to its first element. */
export function element(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

/** Say something at the end of the line a thing stands in; read aloud, replaced by the next. */
export function say(thing, text) {
  const line = thing.closest("header, .v, .m, .a, p, td, form, li");
  const place = line.matches(".v") ? line.parentNode.querySelector(".m") : line;
  place.querySelector(":scope > .said")?.remove();
  if (!text) return;
  const note = document.createElement("small");
  note.className = "said bad";
  note.setAttribute("role", "alert");
  place.append(" ", note);
  note.textContent = text;
}

/** Local memory that may be absent (private windows, refused storage). */
export const memory = {
  get(key, otherwise = null) {
    try { return JSON.parse(localStorage.getItem(key)) ?? otherwise; } catch { return otherwise; }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch { /* full or refused: memory is a convenience */ }
  },
};

/** The item of a list or thread that holds a node. */
export const itemOf = (node) => node.closest("[data-row], .c, .p");

/** Is this click one that should open elsewhere? */
export const modified = (event) =>
  event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
