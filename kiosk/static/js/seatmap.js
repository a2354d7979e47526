// The seat plan as a drawing, upright or lying on its side, whichever fits the room; decks side by side where both fit,
// else one at a time; what is too large to be read whole can be zoomed. Drawn once, then only marks change.

import { h, replace, svg } from "./dom.js";
import { t } from "./i18n.js";
import { CELL, Geometry, SEAT, shapeOf } from "./seatgeometry.js";
import { seatParts, setMark } from "./seatmarks.js";
import { surroundings } from "./seatfixtures.js";
import { Zoom } from "./seatzoom.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class SeatMap {
  #plan;
  #touch;
  #groups = new Map();
  #byGroup = new Map();
  #drawings = [];
  #watcher;
  #lying = null;
  #fitted = {};
  #deck;
  #current;
  #geometry;
  #zoom;
  #tools = h("div", { class: "plan-tools" });
  #view = h("div", { class: "plan-view", tabindex: -1 });

  // `look(seat)` gives {mark, label}; `touch(seat)` is called for every seat touched, free or not. The drawing begins at
  // the seat `first`.
  constructor(plan, { look, touch, first }) {
    this.#plan = plan;
    this.#touch = touch;
    this.look = look;
    this.#current = first ?? plan.seats[0];
    this.#deck = this.#current.deck;
    this.#zoom = new Zoom(this.#view, plan);
    const broad = shapeOf(plan.layout) === "hall" || plan.layout.columns > 8;
    this.element = h("div", { class: broad ? "plan broad" : "plan", id: "seat-map" }, this.#tools, this.#view, this.#zoom.overview);
    this.#watcher = new ResizeObserver(() => this.#fit());
    this.#watcher.observe(this.element);
    this.#view.addEventListener("click", (event) => this.#clicked(event));
    this.#view.addEventListener("keydown", (event) => this.#key(event));
    this.#view.addEventListener("focusin", (event) => this.#ring(event.target));
    this.#view.addEventListener("focusout", () => this.#ring(null));
  }

  stop() {
    this.#watcher.disconnect();
  }

  update() {
    this.#zoom.mark(this.#plan.seats.filter((seat) => this.#dress(seat) === "mine"));
  }

  #fit() {
    const room = this.element.getBoundingClientRect();
    if (!room.width || (room.width === this.#fitted.width && room.height === this.#fitted.height)) return;
    this.#fitted = room;
    const lying = !flows() && room.width > room.height * 1.15;
    if (lying !== this.#lying) this.#draw(lying);
    this.#arrange();
  }

  #draw(lying) {
    this.#lying = lying;
    this.#groups.clear();
    this.#byGroup.clear();
    this.#geometry = new Geometry(this.#plan, lying);
    this.#drawings = Array.from({ length: this.#plan.layout.decks }, (_, deck) => this.#drawDeck(deck));
    replace(this.#view, h("div", { class: lying ? "decks lying" : "decks" }, this.#drawings));
  }

  // All decks at once when their seats are then no smaller than a finger, else the one that is chosen.
  #arrange() {
    const [width, height] = this.#geometry.size;
    const decks = this.#drawings.length;
    const together = this.#lying ? [width, height * decks] : [width * decks, height];
    const apart = decks > 1 && !Zoom.fits(together, this.#room());
    const size = apart ? [width, height] : together;
    this.#drawings.forEach((drawing, deck) => { drawing.toggleAttribute("hidden", apart && deck !== this.#deck); });
    this.#view.classList.toggle("apart", apart);
    this.#zoom.measure(this.#geometry, size, this.#room());
    replace(this.#tools, apart && this.#switch(), this.#zoom.buttons());
    this.#zoom.measure(this.#geometry, size, this.#room());
    this.#zoom.show(this.#drawings.filter((drawing) => !drawing.hasAttribute("hidden")), apart ? this.#deck : null);
    this.update();
    this.#zoom.reveal(this.#groups.get(this.#current.id), { first: true });
  }

  #room() {
    return { width: this.#view.clientWidth, height: flows() ? Infinity : this.#view.clientHeight };
  }

  #switch() {
    return h("div", { class: "deck-switch", role: "group", "aria-label": t("seats.decks") }, this.#drawings.map((_, deck) => h("button", {
      type: "button", class: "tool", "data-deck": deck, "aria-pressed": String(deck === this.#deck), onclick: () => this.#turnTo(deck),
    }, t(`seats.deck.${deck}`))));
  }

  #turnTo(deck) {
    this.#deck = deck;
    const there = this.#plan.seats.filter((seat) => seat.deck === deck);
    this.#now(there.find((seat) => this.look(seat).mark === "mine") ?? there[0]);
    this.#arrange();
    this.#tools.querySelector(`[data-deck="${deck}"]`)?.focus();
  }

  #drawDeck(deck) {
    const [width, height] = this.#geometry.size;
    const seats = this.#plan.seats.filter((seat) => seat.deck === deck);
    const name = this.#plan.layout.decks > 1 ? t(`seats.deck.${deck}`) : "";
    return svg("svg", { class: "deck", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": [name, t("seats.map", { n: seats.length })].filter(Boolean).join(". ") },
      surroundings(this.#geometry, this.#plan.layout, seats, deck),
      name && svg("text", { class: "aside deck-name", x: this.#lying ? 90 : width / 2, y: 34, "font-size": 26 }, name),
      [...Map.groupBy(seats, ({ row }) => row).values()].map((row) => svg("g", {}, row.map((seat) => this.#seat(seat)))), svg("rect", { class: "ring", rx: 25 }));
  }

  #seat(seat) {
    const { x, y, turn } = this.#geometry.spot(seat);
    const [width, height] = this.#geometry.extent(seat);
    const group = svg("g", {
      class: "seat", role: "button", transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})${turn ? ` rotate(${turn.toFixed(2)})` : ""}`,
      "data-seat": seat.number, tabindex: seat === this.#current ? 0 : -1,
    }, seatParts({ number: seat.number, width, height, seat }));
    this.#groups.set(seat.id, group);
    this.#byGroup.set(group, seat);
    return group;
  }

  // A mark that changes fades in; the first one is simply there.
  #dress(seat) {
    const group = this.#groups.get(seat.id);
    if (!group) return null;
    const looks = this.look(seat);
    const before = group.dataset.mark;
    if (before === looks.mark) return before;
    group.classList.toggle("changed", before !== undefined);
    setMark(group, looks.mark);
    group.setAttribute("aria-label", looks.label);
    group.setAttribute("aria-pressed", String(looks.mark === "mine"));
    group.setAttribute("aria-disabled", String(looks.mark === "taken" || looks.mark === "held"));
    return looks.mark;
  }

  // From far away a touch comes nearer first: nobody should have to hit a seat smaller than a finger.
  #clicked(event) {
    const seat = this.#byGroup.get(event.target.closest(".seat")) ?? this.#beside(event);
    if (this.#zoom.far) this.#zoom.nearer(event);
    else if (seat) {
      this.#focus(seat);
      this.#touch(seat);
    }
  }

  // A touch between seats is meant for the nearest one.
  #beside({ target, clientX, clientY }) {
    const drawing = target.closest(".deck");
    if (!drawing) return null;
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(drawing.getScreenCTM().inverse());
    return this.#plan.seats.find((seat) => {
      const [{ x: middle, y: centre }, [width, height]] = [this.#geometry.spot(seat), this.#geometry.extent(seat)];
      const gap = CELL - SEAT;
      return drawing === this.#drawings[seat.deck] && Math.abs(middle - x) * 2 < width + gap && Math.abs(centre - y) * 2 < height + gap;
    });
  }

  #key(event) {
    if (this.#zoom.key(event.key)) return event.preventDefault();
    const seat = this.#byGroup.get(event.target);
    if (!seat || event.ctrlKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") this.#touch(seat);
    else if (ARROWS[event.key]) this.#step(seat, ARROWS[event.key]);
    else return;
    event.preventDefault();
  }

  #step(seat, direction) {
    const next = this.#geometry.neighbour(seat, direction, this.#plan.seats);
    if (next) this.#focus(next);
  }

  #now(seat) {
    this.#groups.get(this.#current.id)?.setAttribute("tabindex", -1);
    this.#current = seat;
    this.#groups.get(seat.id).setAttribute("tabindex", 0);
  }

  #focus(seat) {
    this.#now(seat);
    const group = this.#groups.get(seat.id);
    group.focus({ preventScroll: !flows() || this.#zoom.works });
    this.#zoom.reveal(group);
  }

  // One ring for all seats of a deck, around the one that has the focus of the keyboard.
  #ring(target) {
    for (const drawing of this.#drawings) {
      const ring = drawing.lastElementChild;
      const seat = target && drawing.contains(target) && target.matches(":focus-visible") && this.#byGroup.get(target);
      ring.classList.toggle("shown", Boolean(seat));
      if (!seat) continue;
      const [width, height] = this.#geometry.extent(seat);
      const size = { x: -width / 2 - 7, y: -height / 2 - 7, width: width + 14, height: height + 14, transform: target.getAttribute("transform") };
      for (const [name, value] of Object.entries(size)) ring.setAttribute(name, value);
    }
  }
}

// On phones and in large text everything stands in one column, and the page scrolls instead of the plan.
const flows = () => innerWidth <= 700 || innerWidth < 34 * parseFloat(getComputedStyle(document.documentElement).fontSize);
