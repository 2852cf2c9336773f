// Drawer, menus, dialogs, theme: the moving parts of the frame.
const YEAR = 60 * 60 * 24 * 365;

export const openDialog = (id) => {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
};

const setDrawer = (open) => {
  document.getElementById("side-bar")?.classList.toggle("open", open);
  const button = document.querySelector("[data-drawer]");
  if (!button || button.getAttribute("aria-expanded") === String(open)) return;
  button.setAttribute("aria-expanded", String(open));
  (open ? document.querySelector("#side-bar a") : button).focus();
};

const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
};

const setTheme = (name) => {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${name}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  document.documentElement.dataset.theme = name;
  document.dispatchEvent(new Event("theme:changed"));
  for (const item of document.querySelectorAll("[data-set-theme]")) {
    item.setAttribute("aria-pressed", String(item.dataset.setTheme === name));
  }
};

document.addEventListener("click", (event) => {
  const target = event.target;
  closeMenus(target.closest("details.menu"));
  if (target.closest("[data-drawer]")) setDrawer(true);
  if (target.closest("[data-drawer-close]")) setDrawer(false);
  const opener = target.closest("[data-dialog]");
  if (opener) {
    closeMenus(null);
    openDialog(opener.dataset.dialog);
  }
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  const theme = target.closest("[data-set-theme]");
  if (theme) {
    setTheme(theme.dataset.setTheme);
    closeMenus(null);
  }
});

// A click on the backdrop closes a dialog, but not the end of a drag that began inside it.
document.addEventListener("pointerdown", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement)) return;
  const box = dialog.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  if (x < box.left || x > box.right || y < box.top || y > box.bottom) dialog.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
  setDrawer(false);
});

// A dialog that came with a part of the page opens by itself.
document.addEventListener("htmx:afterSwap", () => {
  const fresh = document.querySelector("dialog[data-open]:not([open])");
  fresh?.showModal();
});
document.querySelector("dialog[data-open]:not([open])")?.showModal();

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("[data-mod-key]")) key.textContent = "⌘ K";
}
