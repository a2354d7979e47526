// The same seats as two lists: the row, then the seat. For screen readers, switches and everybody who prefers words.

import { h, replace } from "./dom.js";
import { t, tn } from "./i18n.js";
import { rowName } from "./seatgeometry.js";
import { swatch } from "./seatmarks.js";

const rowOf = (seat) => `${seat.deck}-${seat.row}`;

// Where letters are large for the screen a drawing would have small numbers: the list comes first there, the drawing is one
// touch away. Phones scroll the page, and have room for both.
export function cramped() {
  const letter = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const { clientHeight, clientWidth } = document.getElementById("screen");
  return innerWidth > 700 && (clientHeight < 36 * letter || clientWidth < 26 * letter);
}

export class SeatList {
  #plan;
  #look;
  #touch;
  #row;
  #byRow;
  #rows = h("ul", {});
  #seats = h("ul", {});

  // It opens at the row of the seat `first`.
  constructor(plan, { look, touch, first }) {
    this.#plan = plan;
    this.#look = look;
    this.#touch = touch;
    this.#byRow = Map.groupBy(plan.seats, rowOf);
    this.#row = rowOf(first ?? plan.seats[0]);
    this.element = h("div", { class: "plan", id: "seat-list" }, h("div", { class: "list" },
      h("section", { "aria-label": t("seats.rows") }, h("h2", {}, t("seats.rows")), this.#rows),
      h("section", { "aria-label": t("seats.of_row") }, h("h2", {}, t("seats.of_row")), this.#seats)));
    this.update();
  }

  stop() {}

  update() {
    const focused = document.activeElement?.dataset?.key;
    replace(this.#rows, [...this.#byRow.keys()].map((key) => this.#rowButton(key)));
    replace(this.#seats, this.#inRow(this.#row).map((seat) => this.#seatButton(seat)));
    if (focused) this.element.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  #inRow(key) {
    return this.#byRow.get(key);
  }

  #rowButton(key) {
    const seats = this.#inRow(key);
    const free = seats.filter((seat) => !["taken", "held"].includes(this.#look(seat).mark)).length;
    const choose = () => { this.#row = key; this.update(); };
    return h("li", {}, h("button", { type: "button", "data-key": key, "aria-current": String(key === this.#row), onclick: choose },
      h("span", {}, this.#rowName(seats)), h("span", { class: "extra" }, tn("seats.free", free))));
  }

  #rowName(seats) {
    const [first, last] = [seats[0].number, seats.at(-1).number];
    const name = rowName(first) ?? (first === last ? first : `${first}–${last}`);
    return this.#plan.layout.decks > 1 ? h("span", {}, name, h("small", {}, t(`seats.deck.${seats[0].deck}`))) : name;
  }

  #seatButton(seat) {
    const { mark, words, extra } = this.#look(seat);
    return h("li", {}, h("button", {
      type: "button", "data-key": seat.id, "data-seat": seat.number, "aria-pressed": String(mark === "mine"),
      "aria-disabled": String(mark === "taken" || mark === "held"), onclick: () => this.#touch(seat),
    }, swatch(mark), h("span", {}, words), h("span", { class: "extra" }, extra)));
  }
}
