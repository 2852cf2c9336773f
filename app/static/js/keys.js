// Letters that do something anywhere, except while one writes.
import { openDialog } from "./shell.js";

let going = false;

const writing = (element) => element.closest("input, textarea, select, [contenteditable], dialog[open]");
const follow = (selector) => {
  const link = document.querySelector(selector);
  if (link) link.click();
  return Boolean(link);
};
const rows = () => [...document.querySelectorAll("[data-row]")];

const walk = (by) => {
  const all = rows();
  const now = all.indexOf(document.activeElement.closest("[data-row]"));
  const next = all[Math.min(Math.max(now + by, 0), all.length - 1)];
  next?.focus();
  return Boolean(next);
};

const goTo = (key) => {
  going = false;
  return follow(`[data-go="${key}"]`);
};

const actions = {
  g: () => {
    going = true;
    setTimeout(() => (going = false), 1200);
    return true;
  },
  n: () => follow("[data-new]"),
  c: () => follow("[data-new]"),
  e: () => editHere(),
  "/": () => focusOn("[data-find]"),
  "?": () => openDialog("keys") ?? true,
  j: () => walk(1),
  k: () => walk(-1),
  x: () => follow("[data-row]:focus input[type=checkbox]"),
  Enter: () => document.activeElement.matches("[data-row]") && follow("[data-row]:focus a"),
};

const focusOn = (selector) => {
  const field = document.querySelector(selector);
  field?.focus();
  field?.select?.();
  return Boolean(field);
};

const editHere = () => {
  const row = document.activeElement.closest("[data-row]");
  if (row?.dataset.edit) {
    location.href = row.dataset.edit;
    return true;
  }
  return follow("[data-edit-record]");
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (writing(event.target)) return;
  const act = going && event.key !== "g" ? () => goTo(event.key) : actions[event.key];
  if (act?.()) event.preventDefault();
});
