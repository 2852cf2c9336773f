// The columns of a list: order by buttons, kept in a cookie for the next visit.
const YEAR = 60 * 60 * 24 * 365;

const move = (item, by) => {
  const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(item);
  else other.after(item);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move-column]");
  if (!button) return;
  move(button.closest("li"), Number(button.dataset.moveColumn));
  button.focus();
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-columns]");
  if (!form) return;
  event.preventDefault();
  const names = [...form.querySelectorAll("input[name=column]:checked")].map((box) => box.value);
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `columns_${form.dataset.columns}=${names.join(".")}; Path=/${form.dataset.columns}/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  const address = new URL(location.href);
  address.searchParams.delete("columns");
  location.href = address.href;
});
