// The submit form: an address suggests its title and shows where it was posted before.
import { ask, element } from "./common.js";

const url = document.querySelector("[data-suggest]");
const title = url.form.elements.namedItem(url.dataset.title || "name");
const place = document.createElement("div");
place.setAttribute("role", "status");
place.className = "help";
url.after(place);

async function suggest() {
  if (!URL.canParse(url.value)) return;
  const asked = url.value;
  const address = new URL(url.dataset.suggest, location);
  address.searchParams.set("url", asked);
  const response = await ask(address, { Accept: "application/json" }).catch(() => null);
  if (!response?.ok || url.value !== asked) return;
  const { title: words, html } = await response.json();
  if (words && !title.value) title.value = words;
  place.replaceChildren(...html ? [element(html)] : []);
}

url.addEventListener("change", suggest);
