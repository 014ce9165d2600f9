// Tables of moderators: mark many rows, the button says how many, and after a decision the next row is at hand.

for (const form of document.querySelectorAll("[data-bulk]")) {
  const boxes = () => [...form.elements].filter((box) => box.matches('input[name="id"]') && box.checkVisibility());
  const all = form.querySelector("[data-all]");
  const buttons = form.querySelectorAll("[data-count]");
  let last = null;

  const count = () => {
    const marked = boxes().filter((box) => box.checked).length;
    for (const button of buttons) {
      button.dataset.none ??= button.textContent;
      button.disabled = !marked;
      button.textContent = !marked ? button.dataset.none : (marked === 1 && button.dataset.one || button.dataset.count).replace("#", marked);
    }
    if (!all) return;
    all.checked = marked > 0 && marked === boxes().length;
    all.indeterminate = marked > 0 && !all.checked;
  };

  document.addEventListener("click", (event) => {
    const box = event.target;
    if (box.form !== form || box.name !== "id") return;
    if (event.shiftKey && last) {
      const list = boxes();
      const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
      for (const each of list.slice(from, to + 1)) each.checked = box.checked;
    }
    last = box;
    count();
  });
  all?.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    count();
  });
  document.addEventListener("change", ({ target }) => target.form === form && count());
  count();
}

document.addEventListener("gone", ({ target }) => {
  const rows = [...document.querySelectorAll("[data-row]")];
  const next = rows[rows.indexOf(target) + 1];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
});

// A canned reason fills the field it belongs to.
document.addEventListener("change", ({ target }) => {
  const field = target.dataset.fills && document.getElementById(target.dataset.fills);
  if (field && target.value) field.value = target.value;
});
