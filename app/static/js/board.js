// The board: cards move by mouse, touch, Alt+arrows or their menu; the server has the last word.
import Sortable from "sortablejs";
import { toast } from "./toasts.js";

const board = document.querySelector("[data-board]");
const lists = () => [...board.querySelectorAll("[data-lane]")];

const send = async (card, lane) => {
  const body = new URLSearchParams({ version: card.dataset.version, to: lane.dataset.lane });
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  try {
    const answer = await fetch(card.dataset.move, { method: "POST", body, headers });
    return await answer.json();
  } catch {
    return { ok: false, message: board.dataset.failed };
  }
};

const put = (card, lane, before) => lane.insertBefore(card, before ?? null);

const renewTotals = (totals) => {
  for (const [lane, { count, sum }] of Object.entries(totals ?? {})) {
    const head = board.querySelector(`[data-lane="${lane}"]`)?.closest(".lane");
    if (!head) continue;
    head.querySelector("[data-count]").textContent = count;
    head.querySelector("[data-sum]").textContent = sum;
  }
};

// A move that needs a reason opens the action's dialog instead; until it is sent the card stays.
const move = async (card, from, to, back) => {
  const ask = to.dataset.action;
  if (ask) {
    put(card, from, back);
    location.href = `${card.dataset.record}actions/${ask}/?next=${encodeURIComponent(location.pathname + location.search)}`;
    return;
  }
  const result = await send(card, to);
  if (!result.ok) {
    put(card, from, back);
    toast(result.message, "error");
    return;
  }
  card.dataset.version = result.version;
  renewTotals(result.totals);
  toast(result.message);
};

const shift = (card, to) => {
  const from = card.parentElement;
  const back = card.nextElementSibling;
  put(card, to, to.firstElementChild);
  card.focus();
  move(card, from, to, back);
};

if (board) {
  for (const lane of lists()) {
    new Sortable(lane, {
      group: "cards", draggable: ".kcard", sort: false, animation: 120, filter: "details, details *", preventOnFilter: false,
      delay: 150, delayOnTouchOnly: true, scroll: true, disabled: board.dataset.board !== "open",
      onEnd: ({ item, from, to, oldIndex }) => from !== to && move(item, from, to, from.querySelectorAll(".kcard")[oldIndex]),
    });
  }
  board.addEventListener("keydown", (event) => {
    const card = event.target.closest(".kcard");
    if (!card || !event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    const all = lists();
    const to = all[all.indexOf(card.parentElement) + (event.key === "ArrowRight" ? 1 : -1)];
    if (to && board.dataset.board === "open") shift(card, to);
  });
  // The column that a card stands in is no place to move it to.
  board.addEventListener("toggle", ({ target }) => {
    if (!target.open || !target.matches("[data-move-menu]")) return;
    const here = target.closest("[data-lane]").dataset.lane;
    const box = target.querySelector(".menu-box");
    if (!box.childElementCount) box.append(document.getElementById("move-menu").content.cloneNode(true));
    for (const item of target.querySelectorAll("[data-move-to]")) item.hidden = item.dataset.moveTo === here;
  }, true);
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move-to]");
    if (!button) return;
    button.closest("details").open = false;
    shift(button.closest(".kcard"), board.querySelector(`[data-lane="${button.dataset.moveTo}"]`));
  });
}
