// A combobox over records of another list; the server finds, we show. See components/inputs.html.
const DELAY = 150;

const parts = (box) => ({
  input: box.querySelector("[role=combobox]"),
  value: box.querySelector("input[type=hidden]"),
  list: box.querySelector("[role=listbox]"),
});

const close = (box) => {
  const { input, list } = parts(box);
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
};

const pick = (box, option) => {
  const { input, value } = parts(box);
  value.value = option ? option.dataset.value : "";
  input.value = option ? option.dataset.label : "";
  input.dataset.shown = input.value;
  close(box);
  value.dispatchEvent(new Event("change", { bubbles: true }));
  value.dispatchEvent(new Event("input", { bubbles: true }));
};

const mark = (box, option) => {
  const { input, list } = parts(box);
  list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};

const load = async (box) => {
  const { input, list } = parts(box);
  const words = input.value === input.dataset.shown ? "" : input.value;
  const asked = (box.dataset.asked = String(Number(box.dataset.asked || 0) + 1));
  const answer = await fetch(`${box.dataset.lookup}${box.dataset.lookup.includes("?") ? "&" : "?"}q=${encodeURIComponent(words)}`);
  if (!answer.ok || asked !== box.dataset.asked) return;
  list.innerHTML = await answer.text();
  list.querySelectorAll("[role=option]").forEach((option, n) => (option.id = `${list.id}-${n}`));
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  if (words) mark(box, list.querySelector("[role=option]"));
};

const onKey = (box, event) => {
  const { list } = parts(box);
  const options = [...list.querySelectorAll("[role=option]")];
  const now = options.findIndex((o) => o.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) return load(box);
    const by = event.key === "ArrowDown" ? 1 : -1;
    mark(box, options[(now + by + options.length) % options.length]);
  }
  if (event.key === "Enter" && !list.hidden && now >= 0 && !event.isComposing && !event.ctrlKey) {
    event.preventDefault();
    pick(box, options[now]);
  }
  if (event.key === "Escape" && !list.hidden) {
    event.stopPropagation();
    event.preventDefault();
    close(box);
  }
};

const boxOf = (event) => event.target.closest?.("[data-lookup]");
document.addEventListener("focusin", (event) => event.target.matches("[data-lookup] [role=combobox]") && event.target.select());
document.addEventListener("keydown", (event) => event.target.matches("[data-lookup] [role=combobox]") && onKey(boxOf(event), event));
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-lookup] [role=combobox]")) return;
  const box = boxOf(event);
  clearTimeout(box.timer);
  box.timer = setTimeout(() => load(box), DELAY);
});
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-lookup] [role=option]");
  if (option) {
    event.preventDefault();
    pick(boxOf(event), option);
  }
});
document.addEventListener("click", (event) => {
  const box = boxOf(event);
  if (event.target.closest("[data-clear-pick]")) return pick(box, null);
  if (event.target.matches("[data-lookup] [role=combobox]")) load(box);
});
document.addEventListener("focusout", (event) => {
  const box = boxOf(event);
  if (!box || box.contains(event.relatedTarget)) return;
  const { input } = parts(box);
  if (input.value === "" && input.dataset.shown) pick(box, null);
  input.value = input.dataset.shown || "";
  close(box);
});
