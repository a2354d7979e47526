// The progress of a disruption: figures, bar and rows are asked for every two seconds while there is something to do or
// somebody to wait for, and changed in place, so that nothing that has the focus is replaced.

const EVERY = 2000;
const board = document.querySelector("[data-progress]");
const sign = board.querySelector("[data-working]");
const rows = new Map([...document.querySelectorAll("[data-cases] tbody tr")].map((row) => [row.dataset.id, row]));

const write = (element, words) => {
  if (element && element.textContent !== words) element.textContent = words;
};

function fill(row, line) {
  const state = row.querySelector("[data-state]");
  write(state, line.state);
  state.className = `tag ${line.tone}`;
  write(row.querySelector("[data-outcome]"), line.outcome || "–");
  const open = row.querySelector("[data-open]");
  if (open && !open.contains(document.activeElement)) open.hidden = line.tone === "go" || line.tone === "quiet";
}

function show(found) {
  for (const figure of board.querySelectorAll("[data-f]")) write(figure, String(found[figure.dataset.f]));
  board.querySelector("[data-bar]").setAttribute("width", found.share);
  sign.hidden = !found.working;
  for (const line of found.lines) {
    const row = rows.get(line.id);
    // The first rows come when the job has gathered the bookings.
    if (!row) return location.reload();
    fill(row, line);
  }
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(board.dataset.progress, { headers: { Accept: "application/json" } });
  if (answer.ok) show(await answer.json());
}

// A departure can be named only where people are moved.
const choice = document.querySelector("select[name=choice]");
const to = document.querySelector("[data-to]");
const follow = () => {
  to.disabled = choice.value !== "rebook";
};
if (choice) {
  choice.addEventListener("change", follow);
  follow();
}

setInterval(() => refresh().catch(() => {}), EVERY);
