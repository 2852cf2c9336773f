// Runs before the first paint: puts the theme's class on <html>, so that nothing flashes.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const theme = root.dataset.theme;
    root.classList.toggle("dark", theme === "dark" || (theme === "system" && dark.matches));
  };
  dark.addEventListener("change", apply);
  document.addEventListener("theme:changed", apply);
  apply();
})();
