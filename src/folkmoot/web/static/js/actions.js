// Buttons of the form #act: vote, save, subscribe, mark as read. Change at once, settle with the server, undo when refused.
import { ask, say, words } from "./common.js";

const form = document.getElementById("act");
const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });
const last = (node) => node.lastChild?.nodeType === Node.TEXT_NODE ? node.lastChild : node.appendChild(new Text());

/** The two buttons (and the score, in lists) around one of them. */
function group(button) {
  const parent = button.parentNode;
  return {
    up: parent.querySelector(":scope > button.up"),
    down: parent.querySelector(":scope > button.dn"),
    score: parent.querySelector(":scope > .sc"),
  };
}

const pressed = (button) => button?.getAttribute("aria-pressed") === "true";
const count = (button) => button ? Number(last(button).data.trim() || 0) : 0;
/** Upvotes have a number even at zero, except for who wants to see none. */
const quiet = ({ up, score }) => !score && up && !last(up).data.trim();

function press(button, on, value) {
  if (!button) return;
  button.setAttribute("aria-pressed", on);
  button.value = on ? 0 : value;
}

/** Counts that were abbreviated ("1.2k") are not counts: they are left alone until the server says. */
function show({ up, down, score }, state) {
  press(up, state.mine === 1, 1);
  press(down, state.mine === -1, -1);
  if (score) {
    const total = state.up - state.down;
    if (Number.isFinite(total)) last(score).data = short.format(total);
    return;
  }
  if (up && Number.isFinite(state.up)) last(up).data = short.format(state.up);
  if (down && Number.isFinite(state.down)) last(down).data = state.down > 0 ? short.format(state.down) : "";
}

function now({ up, down, score }) {
  const mine = pressed(up) ? 1 : pressed(down) ? -1 : 0;
  return score ? { up: Number(last(score).data), down: 0, mine } : { up: count(up), down: count(down), mine };
}

function voted(before, value) {
  const after = { ...before, mine: value };
  after.up += (value === 1) - (before.mine === 1);
  after.down += (value === -1) - (before.mine === -1);
  return after;
}

/** Send; returns the answer or throws the words to show. */
async function send(button, value) {
  const body = new URLSearchParams(new FormData(form));
  if (button.name) body.set(button.name, value);
  let response;
  try {
    response = await ask(button.formAction, { Accept: "application/json" }, body);
  } catch {
    throw words.failed;
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw answer.message || words.failed;
  return answer;
}

async function vote(button) {
  const buttons = group(button);
  const before = now(buttons);
  const value = Number(button.value);
  if (quiet(buttons)) before.up = before.down = NaN;
  show(buttons, voted(before, value));
  try {
    const answer = await send(button, value);
    show(buttons, quiet(buttons) ? { ...before, mine: answer.mine } : answer);
    say(button, "");
  } catch (refusal) {
    show(buttons, before);
    say(button, refusal);
  }
}

async function toggle(button) {
  const was = pressed(button);
  button.setAttribute("aria-pressed", !was);
  try {
    const answer = await send(button, button.value);
    button.setAttribute("aria-pressed", answer.on);
    if (answer.label) button.textContent = answer.label;
    if (button.name) button.value = answer.on ? 0 : 1;
    say(button, "");
  } catch (refusal) {
    button.setAttribute("aria-pressed", was);
    say(button, refusal);
  }
}

async function leave(button) {
  const row = button.closest("tr, li, article");
  row.hidden = true;
  try {
    await send(button, button.value);
    row.dispatchEvent(new CustomEvent("gone", { bubbles: true }));
    row.remove();
  } catch (refusal) {
    row.hidden = false;
    say(button, refusal);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.form !== form || button.hasAttribute("data-plain")) return;
  const how = button.matches(".up, .dn") ? vote
    : button.hasAttribute("data-gone") ? leave
    : button.hasAttribute("aria-pressed") ? toggle : null;
  if (!how) return;
  event.preventDefault();
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  how(button).finally(() => { button.ariaBusy = null; });
});
