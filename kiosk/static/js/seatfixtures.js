// What of a plan is no seat: the outline, doors and stairs, wings and exits, stage and screen, names of rows and cabins.

import { svg } from "./dom.js";
import { t } from "./i18n.js";
import { CELL, rowName, SEAT } from "./seatgeometry.js";

const HALF = SEAT / 2;
const LINES = {
  driver: "M0-22a22 22 0 1 0 .01 0M0-5a5 5 0 1 0 .01 0M0 5v16M-5-1l-16-4M5-1l16-4",
  door: "M-12-24h26v48h-26zM-4 0h.1",
  stairs: "M-20 18h10V6h12V-6h12v-12h8",
  table: "M-20-6h40v12h-40z",
  galley: "M-14-12h24v22a12 12 0 0 1-24 0zM10-6h8v10h-8",
};

// All of one deck, to be drawn below its seats.
export function surroundings(geometry, layout, seats, deck) {
  const fixtures = layout.fixtures.filter((fixture) => (fixture.deck ?? 0) === deck);
  const wings = fixtures.filter(({ kind }) => kind === "wing");
  return [
    wings.length > 0 && wing(geometry, wings),
    outline(geometry),
    fixtures.filter(({ kind }) => kind !== "wing").map((fixture) => drawn(geometry, fixture)),
    rowNames(geometry, layout, seats), cabins(geometry, layout, seats),
  ];
}

function drawn(geometry, fixture) {
  if (fixture.kind === "stage" || fixture.kind === "screen") return front(geometry, fixture.kind);
  const { x, y } = geometry.spot(fixture);
  const title = svg("title", {}, t(`fixture.${fixture.kind}`));
  if (fixture.kind === "exit") return exit(geometry, fixture, title, [x, y]);
  return svg("g", { class: "fixture", transform: `translate(${x} ${y})` }, title,
    svg("rect", { x: -HALF, y: -HALF, width: SEAT, height: SEAT, rx: 18 }),
    LINES[fixture.kind] ? svg("path", { d: LINES[fixture.kind] }) : word(0, 9, fixture.kind === "toilet" ? "WC" : ""));
}

const word = (x, y, words, size = 26) => svg("text", { class: "aside", x, y, "font-size": size }, words);

function outline(geometry) {
  const [width, height] = geometry.size;
  if (geometry.shape === "hall") return svg("rect", { class: "hull", x: 6, y: 6, width: width - 12, height: height - 12, rx: 40 });
  const [nose, tail, side] = geometry.shape === "aircraft" ? [geometry.front - 30, 80, geometry.sides - 40] : [78, 30, 6];
  return svg("path", { class: "hull", d: geometry.lying ? lying(width, height, nose, tail, side) : upright(width, height, nose, tail, side) });
}

function upright(width, height, nose, tail, side) {
  const round = nose > 100 ? (width - 2 * side) / 2 : nose;
  return `M${side} ${6 + nose}a${round} ${nose} 0 0 1 ${round}-${nose}H${width - side - round}a${round} ${nose} 0 0 1 ${round} ${nose}`
    + `V${height - 6 - tail}a${tail} ${tail} 0 0 1-${tail} ${tail}H${side + tail}a${tail} ${tail} 0 0 1-${tail}-${tail}z`;
}

function lying(width, height, nose, tail, side) {
  const round = nose > 100 ? (height - 2 * side) / 2 : nose;
  return `M${6 + nose} ${side}H${width - 6 - tail}a${tail} ${tail} 0 0 1 ${tail} ${tail}V${height - side - tail}`
    + `a${tail} ${tail} 0 0 1-${tail} ${tail}H${6 + nose}a${nose} ${round} 0 0 1-${nose}-${round}V${side + round}a${nose} ${round} 0 0 1 ${nose}-${round}z`;
}

// From the first of its rows to the last, on both sides.
function wing(geometry, wings) {
  const rows = wings.map(({ row }) => row);
  const [from, to] = [Math.min(...rows), Math.max(...rows) + 1].map((row) => geometry.front + row * CELL);
  const [width, height] = geometry.size;
  const [far, root] = [geometry.lying ? height : width, geometry.sides - 40];
  const corners = (edge, hull) => [[hull, from], [edge, from + 60], [edge, to + 30], [hull, to]];
  const line = (points) => points.map(([across, along], n) => `${n ? "L" : "M"}${geometry.lying ? `${along} ${across}` : `${across} ${along}`}`).join("");
  return svg("g", {}, svg("title", {}, t("fixture.wing")),
    svg("path", { class: "wing", d: `${line(corners(0, root))}z${line(corners(far, far - root))}z` }));
}

// An arrow out of the aircraft, through the side that is nearer.
function exit(geometry, fixture, title, [x, y]) {
  const out = fixture.column === 0 ? -1 : 1;
  const turn = geometry.lying ? (out < 0 ? 90 : -90) : out < 0 ? 180 : 0;
  const place = geometry.lying ? [x, out < 0 ? geometry.size[1] - 28 : 28] : [out < 0 ? 28 : geometry.size[0] - 28, y];
  return svg("g", { class: "exit", transform: `translate(${place}) rotate(${turn})` }, title,
    svg("path", { d: "M-20 0h34M2-12l12 12-12 12" }));
}

// Stage or screen: before the first row. A stage reaches as far down as the ends of the rows are drawn up.
function front(geometry, kind) {
  const half = geometry.size[0] * (kind === "stage" ? 0.2 : 0.35);
  const deep = geometry.front + CELL / 2;
  return svg("g", { class: "fixture", transform: `translate(${geometry.size[0] / 2} 30)` },
    kind === "stage" ? svg("path", { class: "stage", d: `M${-half} 0H${half}V${deep * 0.4}Q0 ${deep * 1.3} ${-half} ${deep * 0.4}z` })
      : svg("path", { d: `M${-half} 30Q0-8 ${half} 30` }),
    word(0, kind === "stage" ? deep * 0.45 : 66, t(`fixture.${kind}`), kind === "stage" ? 90 : 34));
}

// Beside the rows of a hall; in the aisle of a vehicle.
function rowNames(geometry, layout, seats) {
  const rows = new Map();
  for (const seat of seats) {
    if (rowName(seat.number)) rows.set(seat.row, [...(rows.get(seat.row) ?? []), seat]);
  }
  const aisle = aisleOf(layout, seats);
  return [...rows].flatMap(([row, inRow]) => {
    const columns = geometry.shape === "hall" ? [inRow[0].column - 1, inRow.at(-1).column + 1] : aisle > 0 ? [aisle] : [];
    return columns.map((column) => {
      const { x, y } = geometry.spot({ ...inRow[0], row, column });
      return word(x, y + 9, rowName(inRow[0].number), 24);
    });
  });
}

function aisleOf(layout, seats) {
  const used = new Set(seats.map(({ column }) => column));
  return Array.from({ length: layout.columns }, (_, n) => n).findIndex((n) => n > 0 && !used.has(n));
}

// The name of a class before its first row, where nobody sits in the row before it.
function cabins(geometry, layout, seats) {
  if (geometry.shape !== "aircraft") return [];
  const types = new Map(seats.map(({ row, type }) => [row, type]));
  return [...types].filter(([row, type]) => !types.has(row - 1) && type !== before(types, row)).map(([row, type]) => {
    const { x, y } = geometry.spot({ row: row - 1, column: (layout.columns - 1) / 2 });
    return geometry.lying ? svg("text", { class: "aside", "font-size": 28, transform: `translate(${x + 30} ${y}) rotate(-90)` }, t(`seat.${type}`)) : word(x, y + 34, t(`seat.${type}`), 28);
  });
}

function before(types, row) {
  for (let at = row - 1; at >= 0; at -= 1) if (types.has(at)) return types.get(at);
  return null;
}
