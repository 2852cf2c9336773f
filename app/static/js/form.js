// Forms: Ctrl+Enter saves, unsaved input is not lost by a slip, errors take the focus.
let dirty = false;

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form");
  if (!form || form.method === "dialog") return;
  event.preventDefault();
  form.requestSubmit();
});

document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-guard]")) dirty = true;
});

// One press, one record: a second press on a slow line must not save twice.
document.addEventListener("submit", (event) => {
  dirty = false;
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
addEventListener("beforeunload", (event) => dirty && event.preventDefault());

document.getElementById("error-summary")?.focus();

// The note, task, call, meeting switch of the composer.
document.addEventListener("change", (event) => {
  const choice = event.target.closest("[data-kind-choice]");
  if (!choice) return;
  for (const part of choice.form.querySelectorAll("[data-for-kinds]")) {
    part.hidden = !part.dataset.forKinds.split(" ").includes(choice.value);
  }
});
for (const choice of document.querySelectorAll("[data-kind-choice]:checked")) {
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}
