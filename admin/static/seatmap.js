// The seat map of one departure as staff see it: drawn once, then only states change. A word of the live channel asks
// for the present at once; without the channel it is asked for every two seconds.

const plan = document.getElementById("plan");
const claims = document.getElementById("claims");
const sign = document.querySelector("[data-live-sign]");
const SVG = "http://www.w3.org/2000/svg";
const marks = { available: "", reserved: "◷", booked: "×", checked_in: "✓", blocked: "–" };
const seats = new Map();

function make(name, attributes, parent, words) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (words !== undefined) node.textContent = words;
  parent.append(node);
  return node;
}

// A long vehicle lies on its side on wide screens: the front is at the left.
function draw(given) {
  const { rows, columns, decks, fixtures } = given.layout;
  const lying = plan.clientWidth > 520 && rows > columns;
  const gap = 1.2;
  const [width, height] = lying ? [rows, decks * (columns + gap) - gap] : [decks * (columns + gap) - gap, rows];
  const svg = make("svg", { class: "seat-map", viewBox: `-0.5 -0.5 ${width + 1} ${height + 1}`, role: "group" }, document.createDocumentFragment());
  const spot = ({ deck, row, column }) =>
    lying ? [row, deck * (columns + gap) + (columns - 1 - column)] : [deck * (columns + gap) + column, row];
  for (let deck = 0; deck < decks; deck += 1) {
    const [x, y] = lying ? [0, deck * (columns + gap)] : [deck * (columns + gap), 0];
    make("rect", { class: "hull", x: x - 0.3, y: y - 0.3, width: (lying ? rows : columns) + 0.6, height: (lying ? columns : rows) + 0.6, rx: 0.5 }, svg);
  }
  for (const fixture of fixtures) {
    const [x, y] = spot(fixture);
    make("rect", { class: "fixture", x: x + 0.08, y: y + 0.08, width: 0.84, height: 0.84, rx: 0.15 }, svg);
    make("text", { class: "fixture-word", x: x + 0.5, y: y + 0.5 }, svg, fixture.kind);
  }
  for (const seat of given.seats) {
    const [x, y] = spot(seat);
    const group = make("g", { "data-seat": seat.number, "data-id": seat.id, role: "img" }, svg);
    make("title", {}, group);
    make("rect", { class: "seat", x: x + 0.08, y: y + 0.08, width: 0.84, height: 0.84, rx: 0.2 }, group);
    make("text", { x: x + 0.5, y: y + 0.4 }, group, seat.number);
    make("text", { class: "mark", x: x + 0.5, y: y + 0.7 }, group);
    seats.set(seat.id, group);
  }
  plan.replaceChildren(svg);
  plan.dispatchEvent(new Event("drawn"));
}

const words = (seat) =>
  ({ available: plan.dataset.free, reserved: plan.dataset.held, blocked: plan.dataset.blocked })[seat.state] ?? plan.dataset.sold;

function show(given) {
  for (const seat of given.seats) {
    const group = seats.get(seat.id);
    const state = seat.partly ? "partly" : seat.state;
    if (group.dataset.state !== state) group.dataset.state = state;
    group.querySelector(".mark").textContent = marks[seat.state] ?? "";
    const about = (seat.claims ?? []).map((claim) => `${claim.kind} ${claim.stretch} ${claim.holder}`.trim()).join("; ");
    const kind = [seat.type, ...seat.features].join(" ").replaceAll("_", " ");
    const label = `${seat.number}, ${words(seat) || kind}${about ? `: ${about}` : ""}`;
    group.setAttribute("aria-label", label);
    group.querySelector("title").textContent = label;
  }
  for (const figure of document.querySelectorAll("[data-count]")) figure.textContent = given.counts[figure.dataset.count];
  list(given);
}

function list(given) {
  if (!claims) return;
  const taken = new Map(); // one line for all seats that one sale has on one stretch
  for (const seat of given.seats) {
    for (const claim of seat.claims ?? []) {
      const key = `${claim.whose ?? seat.number} ${claim.stretch}`;
      if (taken.has(key)) taken.get(key).seats.push(seat.number);
      else taken.set(key, { ...claim, seats: [seat.number] });
    }
  }
  const rows = [...taken.values()].map((claim) => {
    const row = document.createElement("tr");
    const [seat, who, stretch] = [0, 1, 2].map(() => row.insertCell());
    seat.append(Object.assign(document.createElement("b"), { textContent: claim.seats.join(" ") }));
    who.textContent = claim.holder || claim.kind;
    const more = document.createElement("small");
    more.textContent = [claim.kind, claim.left].filter(Boolean).join(" · ");
    if (claim.booking) more.append(" · ", Object.assign(document.createElement("a"), { href: claim.booking, textContent: claim.reference }));
    who.append(more);
    stretch.textContent = claim.stretch;
    return row;
  });
  if (!rows.length) {
    const row = document.createElement("tr");
    const cell = row.insertCell();
    cell.colSpan = 3;
    cell.className = "empty";
    cell.textContent = claims.dataset.none;
    rows.push(row);
  }
  claims.replaceChildren(...rows);
}

let asking = false;
let again = false;
async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(plan.dataset.source, { headers: { Accept: "application/json" } });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    live(true);
  } catch {
    live(false);
  } finally {
    asking = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function live(works) {
  sign.classList.toggle("off", !works);
  sign.textContent = works ? sign.dataset.on : sign.dataset.off;
}

function watch() {
  if (!window.io) return;
  const socket = window.io("/seats", { transports: ["websocket", "polling"] });
  socket.on("connect", () => socket.emit("join", { schedule_id: plan.dataset.schedule }));
  socket.on("snapshot", refresh);
  socket.on("seats", refresh);
}

const begin = JSON.parse(document.getElementById("plan-data").textContent);
draw(begin);
show(begin);
if (plan.dataset.source) {
  watch();
  setInterval(() => document.hidden || refresh(), 2000);
}
matchMedia("(max-width: 860px)").addEventListener("change", () => {
  seats.clear();
  draw(begin);
  show(begin);
});
