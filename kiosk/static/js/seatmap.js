// The seat plan as one drawing, upright or lying on its side, whichever fits the room. Arrow keys walk over it.

import { h, svg } from "./dom.js";
import { t } from "./i18n.js";
import { seatParts } from "./seatmarks.js";

const CELL = { across: 94, along: 94 };
const SEAT = 84;
const PAD = 46;
const SMALLEST = 46; // CSS pixels of a seat: below that the plan scrolls
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class SeatMap {
  #plan;
  #touch;
  #groups = new Map();
  #watcher;
  #lying = null;
  #current = null;

  // `look(seat)` gives {mark, label}; `touch(seat)` is called for every seat touched, free or not.
  constructor(plan, { look, touch }) {
    this.#plan = plan;
    this.#touch = touch;
    this.look = look;
    this.element = h("div", { class: "plan", id: "seat-map" });
    this.#watcher = new ResizeObserver(() => this.#fit());
    this.#watcher.observe(this.element);
  }

  stop() {
    this.#watcher.disconnect();
  }

  update() {
    for (const seat of this.#plan.seats) this.#dress(seat);
  }

  #fit() {
    const room = this.element.getBoundingClientRect();
    const lying = !flows() && room.width > room.height * 1.15;
    if (lying !== this.#lying) this.#draw(lying);
    this.#size(room);
  }

  // As large as fits, but no seat smaller than a finger.
  #size(room) {
    const drawn = this.element.firstElementChild;
    const [width, height] = [drawn.viewBox.baseVal.width, drawn.viewBox.baseVal.height];
    const inner = { width: room.width - 36, height: room.height - 36 };
    const whole = flows() ? inner.width / width : Math.min(inner.width / width, inner.height / height);
    const scale = Math.min(Math.max(whole, SMALLEST / SEAT), 1.25);
    drawn.setAttribute("width", Math.floor(width * scale));
    drawn.setAttribute("height", Math.floor(height * scale));
  }

  #draw(lying) {
    this.#lying = lying;
    this.#groups.clear();
    const decks = Array.from({ length: this.#plan.layout.decks }, (_, deck) => this.#deck(deck));
    const [width, height] = this.#extent(decks.length);
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": this.#name() }, decks);
    drawing.addEventListener("keydown", (event) => this.#key(event));
    this.element.replaceChildren(drawing);
    this.update();
  }

  #name() {
    return t("seats.map", { n: this.#plan.seats.length });
  }

  #deckSize() {
    const { rows, columns } = this.#plan.layout;
    const [across, along] = [columns * CELL.across + 2 * PAD, rows * CELL.along + 2 * PAD];
    return this.#lying ? [along, across] : [across, along];
  }

  #extent(decks) {
    const [width, height] = this.#deckSize();
    return this.#lying ? [width, height * decks] : [width * decks, height];
  }

  #deck(deck) {
    const [width, height] = this.#deckSize();
    const move = this.#lying ? `translate(0 ${deck * height})` : `translate(${deck * width} 0)`;
    const seats = this.#plan.seats.filter((seat) => seat.deck === deck);
    const fixtures = this.#plan.layout.fixtures.filter((fixture) => (fixture.deck ?? 0) === deck);
    const name = this.#plan.layout.decks > 1 && svg("text", { class: "aside", x: width / 2, y: 34, "font-size": 26 }, t(`seats.deck.${deck}`));
    return svg("g", { transform: move }, this.#hull(width, height), name,
      fixtures.map((fixture) => this.#fixture(fixture)), this.#rowNumbers(seats), seats.map((seat) => this.#seat(seat)));
  }

  #hull(width, height) {
    const [x, y, w, hgt] = [6, 6, width - 12, height - 12];
    const [nose, tail] = [78, 30];
    const upright = `M${x} ${y + nose}a${nose} ${nose} 0 0 1 ${nose}-${nose}h${w - 2 * nose}a${nose} ${nose} 0 0 1 ${nose} ${nose}v${hgt - nose - tail}a${tail} ${tail} 0 0 1-${tail} ${tail}h-${w - 2 * tail}a${tail} ${tail} 0 0 1-${tail}-${tail}z`;
    const lying = `M${x + nose} ${y}h${w - nose - tail}a${tail} ${tail} 0 0 1 ${tail} ${tail}v${hgt - 2 * tail}a${tail} ${tail} 0 0 1-${tail} ${tail}h-${w - nose - tail}a${nose} ${nose} 0 0 1-${nose}-${nose}v-${hgt - 2 * nose}a${nose} ${nose} 0 0 1 ${nose}-${nose}z`;
    return svg("path", { class: "hull", d: this.#lying ? lying : upright });
  }

  // Lying down the front is at the start of the line, and the left side of the vehicle is at the bottom.
  #spot({ row, column }) {
    const across = PAD + column * CELL.across + (CELL.across - SEAT) / 2;
    const along = PAD + row * CELL.along + (CELL.along - SEAT) / 2;
    if (!this.#lying) return [across, along];
    const [, height] = this.#deckSize();
    return [along, height - across - SEAT];
  }

  #fixture(fixture) {
    const [x, y] = this.#spot(fixture);
    const lines = FIXTURES[fixture.kind];
    return svg("g", { class: "fixture", transform: `translate(${x} ${y})` },
      svg("title", {}, t(`fixture.${fixture.kind}`)),
      svg("rect", { width: SEAT, height: SEAT, rx: 18 }), lines ? svg("path", { d: lines }) : svg("text", { class: "aside", x: SEAT / 2, y: 51, "font-size": 26 }, fixture.kind === "toilet" ? "WC" : ""));
  }

  #rowNumbers(seats) {
    const lettered = seats.filter((seat) => /^\d+[A-Z]$/.test(seat.number));
    const free = this.#emptyColumn(seats);
    if (!lettered.length || free < 0) return [];
    const rows = new Map(lettered.map((seat) => [seat.row, seat.number.slice(0, -1)]));
    return [...rows].map(([row, number]) => {
      const [x, y] = this.#spot({ row, column: free });
      return svg("text", { class: "aside", x: x + SEAT / 2, y: y + 51, "font-size": 24 }, number);
    });
  }

  #emptyColumn(seats) {
    const used = new Set(seats.map((seat) => seat.column));
    return Array.from({ length: this.#plan.layout.columns }, (_, n) => n).findIndex((n) => n > 0 && !used.has(n));
  }

  #seat(seat) {
    const [x, y] = this.#spot(seat);
    const group = svg("g", {
      class: "seat", role: "button", transform: `translate(${x} ${y})`, "data-seat": seat.number,
      tabindex: seat.id === (this.#current ?? this.#plan.seats[0].id) ? 0 : -1,
      onclick: () => { this.#focus(seat); this.#touch(seat); },
    }, svg("rect", { x: -6, y: -8, width: CELL.across + 2, height: CELL.along, "fill-opacity": 0 }), seatParts(seat.number));
    this.#groups.set(seat.id, group);
    return group;
  }

  #dress(seat) {
    const group = this.#groups.get(seat.id);
    if (!group) return;
    const { mark, label } = this.look(seat);
    group.dataset.mark = mark;
    group.setAttribute("aria-label", label);
    group.setAttribute("aria-pressed", String(mark === "mine"));
    group.setAttribute("aria-disabled", String(mark === "taken" || mark === "held"));
  }

  #key(event) {
    const seat = this.#plan.seats.find(({ id }) => this.#groups.get(id) === event.target);
    if (!seat) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#touch(seat);
    } else if (ARROWS[event.key]) {
      event.preventDefault();
      const next = this.#neighbour(seat, ARROWS[event.key]);
      if (next) this.#focus(next);
    }
  }

  // The nearest seat in that direction, as it looks on the screen.
  #neighbour(seat, [dx, dy]) {
    const [x, y] = this.#spot(seat);
    let best = null;
    for (const other of this.#plan.seats) {
      if (other.deck !== seat.deck || other === seat) continue;
      const [ox, oy] = this.#spot(other);
      const ahead = (ox - x) * dx + (oy - y) * dy;
      const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
      const cost = ahead + aside * 3;
      if (ahead > 10 && (!best || cost < best.cost)) best = { cost, other };
    }
    return best?.other;
  }

  #focus(seat) {
    const before = this.#groups.get(this.#current ?? this.#plan.seats[0].id);
    before?.setAttribute("tabindex", -1);
    this.#current = seat.id;
    const group = this.#groups.get(seat.id);
    group.setAttribute("tabindex", 0);
    group.focus();
  }
}

// On phones and in large text everything stands in one column, and the page scrolls instead of the plan.
const flows = () => innerWidth <= 700 || innerWidth < 34 * parseFloat(getComputedStyle(document.documentElement).fontSize);

const FIXTURES = {
  driver: "M42 20a22 22 0 1 0 .01 0M42 37a5 5 0 1 0 .01 0M42 47v16M37 41l-16-4M47 41l16-4",
  door: "M30 18h26v48H30zM38 42h.1",
  stairs: "M22 60h12V48h12V36h12V24h8",
  table: "M22 36h40v12H22z",
  galley: "M28 30h24v22a12 12 0 0 1-24 0zM52 36h8v10h-8",
  screen: "M18 42h48",
};
