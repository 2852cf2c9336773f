// Draws charts from the tables that stand beside them; Chart.js is fetched only where one is.
const wanted = document.querySelectorAll("[data-chart-of]");
let drawn = [];

const draw = async () => {
  const { drawBars } = await import(document.body.dataset.chart);
  for (const chart of drawn) chart.destroy();
  drawn = [...wanted].map((canvas) => drawBars(canvas, document.getElementById(canvas.dataset.chartOf)));
};

if (wanted.length) {
  draw();
  document.addEventListener("theme:changed", draw);
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-show-table]");
  if (!toggle) return;
  const panel = toggle.closest("[data-chart-panel]");
  const table = toggle.getAttribute("aria-pressed") !== "true";
  toggle.setAttribute("aria-pressed", String(table));
  panel.querySelector("[data-as-table]").classList.toggle("sr", !table);
  panel.querySelector("[data-as-chart]").hidden = table;
});
