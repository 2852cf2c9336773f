// Tells while it is typed whether the address of a workspace is free, and proposes one.
const field = document.querySelector("[data-check]");
const note = document.getElementById("subdomain-note");
const company = document.getElementById("id-company");
const PAUSE = 350;
let timer;
let asked = 0;
let touched = field.value !== "";

function show(answer) {
  note.textContent = answer.message;
  note.className = answer.free === true ? "fine" : answer.free === false ? "wrong" : "help";
  field.setAttribute("aria-invalid", String(answer.free === false));
}

async function check() {
  const name = field.value.trim().toLowerCase();
  if (name.length < 3) return;
  const turn = ++asked;
  const response = await fetch(`${field.dataset.check}?subdomain=${encodeURIComponent(name)}`);
  if (turn === asked && response.ok) show(await response.json());
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

function proposal(text) {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
}

field.addEventListener("input", () => {
  touched = field.value !== "";
  later();
});
company.addEventListener("input", () => {
  if (touched) return;
  field.value = proposal(company.value);
  later();
});

document.getElementById("id-time_zone").value = Intl.DateTimeFormat().resolvedOptions().timeZone;
