// Short news in the corner: from the page, or by toast() from our own modules and the HX-Trigger header.
const LIFE = 6000;

const armed = (note) => {
  const tone = note.dataset.tone;
  if (tone !== "error" && tone !== "warning") setTimeout(() => note.remove(), LIFE);
};

export const toast = (text, tone = "") => {
  const note = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  note.dataset.tone = tone;
  note.querySelector("p").textContent = text;
  if (tone !== "error" && tone !== "warning") {
    const use = note.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#circle-check"));
  }
  document.getElementById("toasts").append(note);
  armed(note);
};

document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.parentElement.remove());
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone));
document.addEventListener("htmx:sendError", () => toast(document.body.dataset.offline || "Offline", "error"));
document.addEventListener("htmx:responseError", (event) => {
  const { status, statusText } = event.detail.xhr;
  // An answer that brings its own news has been shown.
  if (event.detail.xhr.getResponseHeader("HX-Trigger")) return;
  toast(`${status} ${statusText}`, "error");
});
document.querySelectorAll("#toasts .toast-note").forEach(armed);
