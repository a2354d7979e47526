// Choosing seats on the map of a departure, to block them or to sell them again: by a click, or with the arrow keys and
// the space bar. The map itself is drawn by seatmap.js, which says when it has.

const plan = document.getElementById("plan");
const form = document.getElementById("blocking");
const chosen = new Map(); // id -> number

const groups = () => [...plan.querySelectorAll("[data-id]")];

function prepare() {
  groups().forEach((group, index) => {
    group.setAttribute("role", "checkbox");
    group.setAttribute("tabindex", index ? "-1" : "0");
    group.setAttribute("aria-checked", String(chosen.has(group.dataset.id)));
  });
}

function toggle(group) {
  const { id, seat } = group.dataset;
  if (!chosen.delete(id)) chosen.set(id, seat);
  group.setAttribute("aria-checked", String(chosen.has(id)));
  show();
}

function show() {
  const numbers = [...chosen.values()];
  form.querySelector("[data-chosen]").textContent = numbers.length ? `${form.dataset.chosen} ${numbers.join(", ")}` : form.dataset.none;
  for (const each of form.querySelectorAll("[data-deeds], [data-clear]")) each.hidden = !numbers.length;
  form.elements.seats.value = [...chosen.keys()].join(",");
}

// The nearest seat on that side.
function beside(group, key) {
  const middle = (each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2];
  };
  const [x, y] = middle(group);
  const away = (each) => {
    const [dx, dy] = [middle(each)[0] - x, middle(each)[1] - y];
    const [ahead, aside] = { ArrowRight: [dx, dy], ArrowLeft: [-dx, dy], ArrowDown: [dy, dx], ArrowUp: [-dy, dx] }[key];
    return ahead > 4 ? ahead + 3 * Math.abs(aside) : Infinity;
  };
  const best = groups().reduce((found, each) => (away(each) < away(found) ? each : found), group);
  return away(best) < Infinity ? best : group;
}

plan.addEventListener("click", (event) => {
  const group = event.target.closest("[data-id]");
  if (!group) return;
  focusOn(group);
  toggle(group);
});

plan.addEventListener("keydown", (event) => {
  const group = event.target.closest("[data-id]");
  if (!group) return;
  if (event.key === " " || event.key === "Enter") toggle(group);
  else if (event.key.startsWith("Arrow")) focusOn(beside(group, event.key));
  else return;
  event.preventDefault();
});

function focusOn(group) {
  for (const each of groups()) each.setAttribute("tabindex", each === group ? "0" : "-1");
  group.focus();
}

form.querySelector("[data-clear]").addEventListener("click", () => {
  chosen.clear();
  prepare();
  show();
});

plan.addEventListener("drawn", prepare);
prepare();
show();
