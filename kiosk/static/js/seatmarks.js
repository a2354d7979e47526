// How a seat looks: shape first, then colour. A tick is yours, a cross taken, a dashed clock being bought.

import { svg } from "./dom.js";
import { lies, SEAT } from "./seatgeometry.js";

const PLAIN = new Set(["standard", "economy", "sleeper", "semi_sleeper"]);

// Drawn around the middle of the seat.
const LINES = {
  mine: "M-18 2l13 13 24-27",
  taken: "M-13-13l26 26M13-13l-26 26",
  held: "M0-16a16 16 0 1 0 .01 0M0-9v10l7 5",
  legroom: "M-18 25h36",
  exit: "M-20 18l-7 7 7 7M20 18l7 7-7 7M-25 25h50",
  table: "M-16 21h32M0 21v11",
  premium: "M0 16l3 6.5 7 .6-5.3 4.7 1.6 6.9-6.3-3.7-6.3 3.7 1.6-6.9-5.3-4.7 7-.6z",
  wheelchair: "M-4-8v15h14l5 14M-6-2a13 13 0 1 0 14 18M-4-20a4 4 0 1 0 .01 0",
  companion: "M-13-18a6 6 0 1 0 .01 0M-25 20v-8a12 12 0 0 1 24 0v8M15-10a5 5 0 1 0 .01 0M7 4a9 9 0 0 1 18 8v8",
};

export function markOf(seat, state, mine) {
  if (mine) return "mine";
  if (state === "reserved") return "held";
  return state === "available" ? kindOf(seat) : "taken";
}

// What a free seat is marked for: needs before comforts.
function kindOf({ type, features }) {
  const is = (name) => type === name || features.includes(name);
  if (is("wheelchair")) return "wheelchair";
  if (is("companion")) return "companion";
  if (is("exit_row")) return "exit";
  if (!PLAIN.has(type)) return "premium";
  return ["legroom", "table"].find(is) ?? "free";
}

// The parts of a seat of that width and height around its middle; its colours come from data-mark on what holds them.
export function seatParts({ number = "", width = SEAT, height = SEAT, seat = null } = {}) {
  return [
    svg("rect", { class: "box", x: -width / 2, y: -height / 2, width, height, rx: 18 }),
    seat && lies(seat) && pillow(width, height),
    svg("text", { class: "num", y: 9, "font-size": number.length > 3 ? 22 : 28 }, number),
  ];
}

// At the head of a berth, which is where the front is.
function pillow(width, height) {
  const place = width > height ? { x: -width / 2 + 9, y: -height / 2 + 10, width: 16, height: height - 20 }
    : { x: -width / 2 + 10, y: -height / 2 + 9, width: width - 20, height: 16 };
  return svg("rect", { class: "pillow", rx: 7, ...place });
}

// Most seats of a large hall have no mark: only those that have one carry its lines.
export function setMark(group, mark) {
  group.dataset.mark = mark;
  group.querySelector(".mark")?.remove();
  if (LINES[mark]) group.append(svg("path", { class: "mark", d: LINES[mark] }));
}

export function swatch(mark) {
  const group = svg("g", { class: "seat" }, seatParts());
  setMark(group, mark);
  return svg("svg", { viewBox: "-46 -46 92 92", "aria-hidden": "true" }, group);
}
