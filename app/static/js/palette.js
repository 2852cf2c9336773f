// Ctrl/Cmd K: commands filtered here, records found by the server as one types.
const palette = document.getElementById("palette");
const input = document.getElementById("palette-input");
const hits = document.getElementById("palette-hits");
let wanted = 0;
let timer;

const options = () => [...palette.querySelectorAll('[role="option"]:not([hidden])')];

const choose = (option) => {
  palette.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
};

const step = (by) => {
  const all = options();
  const now = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  choose(all[(now + by + all.length) % all.length]);
};

const filterCommands = (words) => {
  for (const command of palette.querySelectorAll("#palette-commands [role=option]")) {
    command.hidden = !command.textContent.toLowerCase().includes(words);
  }
};

const findRecords = async (words) => {
  const mine = ++wanted;
  const answer = words ? await fetch(`/search/?part=palette&q=${encodeURIComponent(words)}`) : null;
  const html = answer?.ok ? await answer.text() : "";
  if (mine !== wanted) return;
  hits.innerHTML = html;
  choose(options()[0]);
};

const search = () => {
  const words = input.value.trim();
  filterCommands(words.toLowerCase());
  choose(options()[0]);
  clearTimeout(timer);
  timer = setTimeout(() => findRecords(words), 120);
};

export const openPalette = () => {
  if (!palette || palette.open) return;
  input.value = "";
  hits.replaceChildren();
  palette.showModal();
  search();
};

if (palette) {
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    }
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      const chosen = palette.querySelector('[aria-selected="true"]:not([hidden])');
      location.href = chosen ? chosen.href : `/search/?q=${encodeURIComponent(input.value)}`;
    }
  });
  document.addEventListener("click", (event) => event.target.closest("[data-palette]") && openPalette());
}
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  }
});
