// The lazy bundle: bar charts only.
import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const read = (table) =>
  [...table.tBodies[0].rows].map((row) => {
    const cell = row.querySelector("[data-value]");
    return { label: row.cells[0].textContent.trim(), value: Number(cell.dataset.value), shown: cell.textContent.trim() };
  });

/** Horizontal bars of a table whose first cell names and whose [data-value] cell counts. */
export const drawBars = (canvas, table) => {
  const rows = read(table).slice(0, 10);
  const text = colour("--muted-foreground");
  return new Chart(canvas, {
    type: "bar",
    data: {
      labels: rows.map((row) => row.label),
      datasets: [{ data: rows.map((row) => row.value), backgroundColor: colour("--ring"), borderRadius: 5, maxBarThickness: 22 }],
    },
    options: {
      indexAxis: "y", maintainAspectRatio: false, animation: false,
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: ({ dataIndex }) => rows[dataIndex].shown } } },
      scales: {
        x: { beginAtZero: true, grid: { color: colour("--border") }, border: { display: false }, ticks: { color: text, maxTicksLimit: 5, callback: (v) => new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" }).format(v) } },
        y: { grid: { display: false }, border: { display: false }, ticks: { color: text } },
      },
    },
  });
};
