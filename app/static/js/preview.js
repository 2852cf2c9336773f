// The pictures of a file's pages: one at a time, turned by buttons and arrow keys.
const turn = (dialog, by) => {
  const pages = Number(dialog.dataset.pages);
  const said = dialog.querySelector("[data-page]");
  if (!said) return;
  const page = Math.min(pages, Math.max(1, Number(said.textContent) + by));
  said.textContent = String(page);
  const picture = dialog.querySelector(".file-stage img");
  picture.src = `${dialog.dataset.address}${page}/${dialog.dataset.query}`;
  picture.alt = picture.alt.replace(/\d+/, String(page));
  dialog.querySelector('[data-turn="-1"]').disabled = page === 1;
  dialog.querySelector('[data-turn="1"]').disabled = page === pages;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-turn]");
  if (button) turn(button.closest("dialog"), Number(button.dataset.turn));
});
document.addEventListener("keydown", (event) => {
  const dialog = document.querySelector("dialog.file-preview[open]");
  if (!dialog || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  turn(dialog, event.key === "ArrowRight" ? 1 : -1);
});
