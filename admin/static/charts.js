// Charts in the colours of the tokens, drawn again when the theme changes. The figures are in a table beside each.

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const drawn = [];

function look() {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  Chart.defaults.color = colour("--ink-2");
  Chart.defaults.borderColor = colour("--line");
  Chart.defaults.animation = false;
}

const axes = (horizontal = false) => {
  const value = { beginAtZero: true, border: { display: false }, ticks: { maxTicksLimit: 6 }, grid: { drawTicks: false } };
  const label = { grid: { display: false }, border: { color: colour("--line") }, ticks: horizontal ? { autoSkip: false } : { autoSkipPadding: 12, maxRotation: 0 } };
  return horizontal ? { x: value, y: label } : { x: label, y: value };
};

const base = (extra) => ({
  maintainAspectRatio: false,
  interaction: { mode: "index", intersect: false },
  plugins: { legend: { display: false }, tooltip: { backgroundColor: colour("--ink"), titleColor: colour("--paper"), bodyColor: colour("--paper"), padding: 10, cornerRadius: 8, displayColors: false } },
  ...extra,
});

const bars = (label, data, stack) => ({ type: "bar", label, data, backgroundColor: colour("--go"), borderRadius: 3, maxBarThickness: 26, stack });
const dashed = (label, data) => ({
  type: "line", label, data, borderColor: colour("--ink-2"), borderDash: [4, 4], borderWidth: 2, pointRadius: 0, tension: 0,
});

const kinds = {
  hours: (given) => ({
    data: { labels: given.labels, datasets: [...(given.then.some(Boolean) ? [dashed(given.names[1], given.then)] : []), bars(given.names[0], given.now)] },
    options: base({ scales: axes() }),
  }),
  days: (given) => ({
    data: { labels: given.labels, datasets: [bars(given.names[0], given.now)] },
    options: base({ scales: axes() }),
  }),
  routes: (given) => ({
    data: { labels: given.labels, datasets: [bars(given.names[0], given.now)] },
    options: base({ indexAxis: "y", scales: axes(true) }),
  }),
};

function draw() {
  look();
  while (drawn.length) drawn.pop().destroy();
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
    const given = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    drawn.push(new Chart(canvas, { type: "bar", ...kinds[given.kind](given) }));
    canvas.dataset.drawn = String(given.now.filter((value) => value).length);
  }
}

if (window.Chart) {
  document.fonts.ready.then(draw);
  document.addEventListener("themechange", draw);
}
