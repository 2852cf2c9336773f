// The files of a record: dropped or chosen, each with a line of its own until it has arrived.
import { Refusal, deliver, say } from "./sending.js";

const AT_ONCE = 3;
const waiting = [];
let busy = 0;

const panel = () => document.querySelector("[data-files]");
const refresh = () => document.body.dispatchEvent(new Event("files:changed"));

const lineOf = (file) => {
  const line = document.getElementById("file-upload").content.firstElementChild.cloneNode(true);
  line.querySelector("[data-name]").textContent = file.name;
  document.getElementById("files-uploads").append(line);
  return line;
};

const fail = (line, sentence) => {
  const said = line.querySelector("[data-error]");
  said.textContent = sentence || panel().dataset.broken;
  said.hidden = false;
  line.classList.add("failed");
  line.querySelector("progress").hidden = true;
};

const run = async ({ file, where, line, control }) => {
  const bar = line.querySelector("progress");
  const progress = (loaded) => (bar.value = Math.min(100, (100 * loaded) / file.size));
  try {
    await deliver(file, where, { signal: control.signal, progress });
    line.remove();
    refresh();
  } catch (error) {
    if (control.signal.aborted) line.remove();
    else fail(line, error instanceof Refusal ? error.message : "");
  }
};

const next = async () => {
  if (busy >= AT_ONCE || !waiting.length) return;
  busy += 1;
  const one = waiting.shift();
  if (one.control.signal.aborted) one.line.remove();
  else await run(one);
  busy -= 1;
  next();
};

const add = (files, where) => {
  for (const file of files) {
    const line = lineOf(file);
    const control = new AbortController();
    line.querySelector("[data-stop]").addEventListener("click", () => {
      control.abort();
      line.remove();
    });
    if (!file.size) fail(line, panel().dataset.empty);
    else if (file.size > Number(panel().dataset.largest)) fail(line, panel().dataset.tooLarge);
    else waiting.push({ file, where, line, control });
    next();
  }
};

document.addEventListener("change", (event) => {
  const input = event.target.closest("[data-files-input]");
  if (!input || !panel()) return;
  add([...input.files], input.dataset.versionOf || panel().dataset.files);
  input.value = "";
  input.closest("dialog")?.close();
  input.closest("details.menu")?.removeAttribute("open");
});

document.addEventListener("click", async (event) => {
  event.target.closest(".files .menu-box button.item, .files .menu-box a.item")?.closest("details").removeAttribute("open");
  const button = event.target.closest("[data-forget]");
  if (!button) return;
  await say(button.dataset.forget, { upload: Number(button.dataset.upload) }).catch(() => {});
  refresh();
});

// A file that misses the panel must not replace the page.
const carries = (event) => panel() && event.dataTransfer?.types.includes("Files");
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    const over = name !== "drop" && panel().contains(event.target) && (name !== "dragleave" || panel().contains(event.relatedTarget));
    panel().classList.toggle("over", over);
    if (name === "drop" && panel().contains(event.target)) add([...event.dataTransfer.files], panel().dataset.files);
  });
}
addEventListener("beforeunload", (event) => busy && event.preventDefault());
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "files-list") document.querySelector("#dialog-slot dialog[open]")?.close();
});
