// Who has which seat on which leg, as far as this browser knows: from a snapshot, deltas, and the clock.
// A hold that has run out, and a seat that was kept back until now, is free here at once; nobody has to say so.

import { serverNow } from "./servertime.js";

const WEIGHT = { available: 0, reserved: 1, blocked: 2, booked: 3, checked_in: 4 };

export class SeatStates {
  #from;
  #to;
  #legs = new Map(); // seat -> leg -> {state, held_until}

  constructor(from, to) {
    this.#from = from;
    this.#to = to;
  }

  // What the plan's own answer said of the whole stretch.
  fill(seats) {
    this.#legs.clear();
    for (const seat of seats) this.#set({ seat: seat.id, from_leg: this.#from, to_leg: this.#to, ...seat });
  }

  // A snapshot names every leg that is not free; a delta names every leg of the seats that changed.
  reset(changes) {
    this.#legs.clear();
    this.apply(changes);
  }

  apply(changes) {
    changes.forEach((change) => this.#set(change));
  }

  of(seat) {
    let worst = "available";
    for (const { state, until } of this.#legs.get(seat)?.values() ?? []) {
      const now = until <= serverNow() ? "available" : state;
      if (WEIGHT[now] > WEIGHT[worst]) worst = now;
    }
    return worst;
  }

  // When the next hold or block runs out, in milliseconds of the server's clock; Infinity when none will.
  nextEnd() {
    let next = Infinity;
    for (const legs of this.#legs.values()) {
      for (const { until } of legs.values()) {
        if (until > serverNow()) next = Math.min(next, until);
      }
    }
    return next;
  }

  #set({ seat, from_leg, to_leg, state, held_until }) {
    const legs = this.#legs.get(seat) ?? new Map();
    for (let leg = Math.max(from_leg, this.#from); leg < Math.min(to_leg, this.#to); leg += 1) {
      if (state === "available") legs.delete(leg);
      else legs.set(leg, { state, until: held_until ? Date.parse(held_until) : Infinity });
    }
    if (legs.size) this.#legs.set(seat, legs);
    else this.#legs.delete(seat);
  }
}
