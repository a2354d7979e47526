// Running holds: clocks tick here, rows are asked for every two seconds and changed in place, so that nothing that has
// the focus is ever replaced.

const EVERY = 2000;
const body = document.querySelector("[data-live] tbody");
const address = document.querySelector("[data-live]")?.dataset.live;
const template = document.getElementById("live-row");
const sign = document.querySelector("[data-live-sign]");
const ends = new Map(); // row id -> moment on this browser's clock

function remember(row, left) {
  ends.set(row.dataset.id, performance.now() + left * 1000);
}

function tick() {
  for (const row of body.rows) {
    const left = Math.max(0, Math.ceil((ends.get(row.dataset.id) - performance.now()) / 1000));
    const share = Math.min(100, (100 * left) / Number(row.dataset.whole));
    row.querySelector("[data-clock]").textContent =
      `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`;
    const bar = row.querySelector("rect");
    bar.setAttribute("width", share.toFixed(1));
    bar.setAttribute("class", share < 10 ? "last" : share < 25 ? "low" : "sold");
    if (left === 0) row.classList.add("going");
  }
}

function fill(row, held) {
  row.dataset.id = held.id;
  row.dataset.whole = held.seconds_whole;
  for (const cell of row.querySelectorAll("[data-f]")) {
    const words = String(held[cell.dataset.f]);
    if (cell.textContent !== words) cell.textContent = words;
  }
  row.querySelector("[data-f=departure]").title = held.day;
  row.querySelector("[data-paying]").hidden = !held.paying;
  row.querySelector("[data-map]").href = held.map;
  const release = row.querySelector("[data-opens]");
  release.hidden = !held.release;
  release.dataset.action = held.release ?? "";
  release.dataset.about = held.about;
  row.classList.remove("going");
  remember(row, held.seconds_left);
}

function show({ count, rows }) {
  const known = new Map([...body.rows].map((row) => [row.dataset.id, row]));
  rows.forEach((held, place) => {
    let row = known.get(held.id);
    known.delete(held.id);
    if (!row) {
      row = template.content.firstElementChild.cloneNode(true);
      row.classList.add("flash");
    }
    fill(row, held);
    const here = body.rows[place];
    // A row that has the focus stays where it is: moving it would take the focus away.
    if (here !== row && !row.contains(document.activeElement)) body.insertBefore(row, here ?? null);
  });
  for (const [id, row] of known) {
    ends.delete(id);
    row.remove();
  }
  for (const figure of document.querySelectorAll("[data-live-count]")) figure.textContent = count;
  document.querySelector("[data-live-empty]").hidden = rows.length > 0;
  tick();
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    live(true);
  } catch {
    live(false);
  }
}

function live(works) {
  if (!sign) return;
  sign.classList.toggle("off", !works);
  const words = works ? sign.dataset.on : sign.dataset.off;
  if (sign.textContent !== words) sign.textContent = words;
}

if (body) {
  for (const row of body.rows) remember(row, Number(row.dataset.left));
  tick();
  setInterval(tick, 1000);
  const next = () => setTimeout(() => refresh().finally(next), EVERY);
  next();
  document.addEventListener("visibilitychange", refresh);
}
