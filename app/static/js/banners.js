// A notice of the operators that was read is put away on this browser; the server leaves it out then.
const YEAR = 365 * 24 * 3600;

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-notice]");
  if (!button) return;
  const kept = document.cookie.match(/(?:^|; )notices=([\d.]*)/)?.[1] ?? "";
  const away = [...kept.split(".").filter(Boolean), button.dataset.notice].slice(-50);
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `notices=${away.join(".")}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  button.closest(".banner").remove();
});
