// Choosing rows of a list, and what is then done with them.
const form = document.getElementById("bulk-form");

const boxes = () => [...document.querySelectorAll("input[data-choose]")];

const refresh = () => {
  const chosen = boxes().filter((box) => box.checked);
  const bar = document.getElementById("bulk-bar");
  bar.hidden = chosen.length === 0;
  bar.querySelector("[data-count]").textContent = String(chosen.length);
  for (const box of boxes()) box.closest("[data-row]").classList.toggle("on", box.checked);
  const all = document.querySelector("[data-choose-all]");
  all.checked = chosen.length > 0 && chosen.length === boxes().length;
  all.indeterminate = chosen.length > 0 && !all.checked;
};

const clear = () => {
  for (const box of boxes()) box.checked = false;
  refresh();
};

let last = null;

const chooseRange = (box) => {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  for (const between of all.slice(from, to + 1)) between.checked = box.checked;
};

if (form) {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choose-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-choose], [data-choose-all]")) refresh();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-clear-choice]")) clear();
    const box = event.target.closest("input[data-choose]");
    if (!box) return;
    if (event.shiftKey && last) chooseRange(box);
    last = box;
  });
  addEventListener("pageshow", refresh);
}

// A click anywhere on a row opens it, unless it is on something that does its own thing.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (!row || event.defaultPrevented || event.target.closest("a, button, input, label, td:first-child")) return;
  if (String(getSelection())) return;
  const link = row.querySelector(".main a");
  if (event.ctrlKey || event.metaKey) open(link.href);
  else location.href = link.href;
});

// Filters that send themselves: a changed select or the search box of a list.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
});
