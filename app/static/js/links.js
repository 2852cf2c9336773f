// Rows of linked records: add from the template, remove.
let next = 0;

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add-row]");
  if (add) {
    const template = document.getElementById(add.dataset.addRow);
    const html = template.innerHTML.replaceAll("__n__", `new${next++}`);
    template.insertAdjacentHTML("beforebegin", html);
    template.previousElementSibling.querySelector("input, select")?.focus();
  }
  const remove = event.target.closest("[data-remove-row]");
  if (remove) remove.closest("[data-row-of]").remove();
});

// The kind of record decides where its picker looks.
document.addEventListener("change", (event) => {
  const kind = event.target.closest("[data-link-kind]");
  if (!kind) return;
  const picker = kind.closest("[data-row-of]").querySelector("[data-lookup]");
  picker.dataset.lookup = `/${kind.value}/lookup/`;
  picker.querySelectorAll("input").forEach((input) => {
    input.value = "";
    input.dataset.shown = "";
  });
});
