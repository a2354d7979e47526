// Another seat after the sale. One that costs the same or less is changed at once; the difference to a dearer one is paid like any sale.

import { get, newKey, NoAnswer, post } from "../api.js";
import { h, replace } from "../dom.js";
import { figure, money } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { giveBack, go } from "../flow.js";
import { inWords } from "../problems.js";
import { SeatMap } from "../seatmap.js";
import { cramped, SeatList } from "../seatlist.js";
import { SeatStates } from "../seatstates.js";
import { stopWatching, watchSeats } from "../live.js";
import { say, sayNow } from "../announce.js";
import { seatLook, seatWords } from "./seatlook.js";
import { legend } from "./seatpanel.js";
import { howBack } from "./refund.js";
import { tripLine } from "./trip.js";

export function reseat() {
  const { found } = sale;
  const { trip } = found;
  const path = `/bookings/${found.id}/${found.key}/seats`;
  const people = found.passengers.filter((person) => person.may_change);
  const states = new SeatStates(trip.from_position, trip.to_position);
  const moves = new Map(); // passenger's id -> the new seat
  const note = h("div", { hidden: true });
  const room = h("div", { class: "wrap" });
  const who = h("section", { class: "card first who", "aria-label": t("reseat.who") });
  const sum = h("div", { class: "card sum", "aria-live": "polite" });
  const next = nextButton(t("reseat.go"), change, { disabled: true });
  let active = people[0].id;
  let plan = null;
  let view = null;
  let asList = cramped();
  let price = null;
  let asked = 0;
  let alive = true;
  let key = newKey();

  frame({ step: "reseat", title: t("reseat.title"), lede: t("reseat.lede"), back: { text: t("booking.title"), onclick: () => go("booking") }, next });
  content(tripLine(trip), note, room);
  load();

  async function load() {
    if (sale.hold) await giveBack();
    sale.change = null;
    try {
      plan = await get(`/schedules/${trip.schedule_id}/seats?from=${trip.from_position}&to=${trip.to_position}`);
    } catch (error) {
      return alive && tell(inWords(error));
    }
    if (!alive) return;
    states.fill(plan.seats);
    draw();
    watchSeats(trip.schedule_id, {
      onwhole: (changes) => { states.reset(changes); changed(); },
      onchanges: (changes) => { states.apply(changes); changed(); },
    });
  }

  function draw() {
    view?.stop();
    view = new (asList ? SeatList : SeatMap)(plan, { look: lookOf, touch, first: seatOf(active) });
    const toggle = h("button", { class: "tool wide", type: "button", id: "as-list", onclick: () => { asList = !asList; draw(); document.getElementById("as-list").focus(); } },
      t(asList ? "seats.as_map" : "seats.as_list"));
    replace(room, h("div", { class: "side" }, toggle, who, !asList && legend(plan), h("div", { class: "push" }), sum), view.element);
    view.update();
    showPeople();
    priced();
  }

  const oldSeat = (id) => plan.seats.find((seat) => seat.number === people.find((person) => person.id === id).seat);
  const seatOf = (id) => moves.get(id) ?? oldSeat(id);
  const sitting = (seat) => people.find((person) => seatOf(person.id)?.id === seat.id);
  const isOurs = (seat) => people.some((person) => person.seat === seat.number);
  const stateOf = (seat) => (isOurs(seat) ? "available" : states.of(seat.id));
  const lookOf = (seat) => seatLook(seat, stateOf(seat), Boolean(sitting(seat)), plan);

  function showPeople() {
    replace(who, h("h2", {}, t("reseat.who")), people.map(({ id, seat, type }) => h("button", {
      class: "pick", type: "button", "aria-pressed": String(id === active), "data-passenger": id, onclick: () => choose(id),
    }, h("span", {}, t(`person.${type}`)), h("b", {}, moves.has(id) ? `${seat} → ${moves.get(id).number}` : seat))));
  }

  function choose(id) {
    active = id;
    showPeople();
    who.querySelector(`[data-passenger="${id}"]`).focus();
  }

  // A seat that somebody of this booking has chooses that person; a free one is for the person chosen.
  function touch(seat) {
    const mine = sitting(seat);
    if (mine) {
      active = mine.id;
      showPeople();
      return say(t("reseat.now", { seat: seatWords(seat) }));
    }
    const state = stateOf(seat);
    if (state !== "available") return say(t(state === "reserved" ? "seats.someone" : "seats.taken", { seat: seat.number }));
    tell("");
    if (seat.number === people.find(({ id }) => id === active).seat) moves.delete(active);
    else moves.set(active, seat);
    key = newKey();
    view.update();
    showPeople();
    say(t("seats.chosen", { seat: seatWords(seat) }));
    return priced();
  }

  function changed() {
    const gone = [...moves].filter(([, seat]) => stateOf(seat) !== "available");
    for (const [id] of gone) moves.delete(id);
    view.update();
    if (!gone.length) return;
    key = newKey();
    showPeople();
    priced();
    tell(t("reseat.went", { seats: gone.map(([, seat]) => seat.number).join(", ") }));
  }

  const wish = () => Object.fromEntries([...moves].map(([id, seat]) => [id, seat.id]));

  async function priced() {
    const mine = ++asked;
    price = null;
    next.disabled = true;
    next.textContent = t("reseat.go");
    if (!moves.size) return replace(sum, h("div", { class: "which" }, t("reseat.touch")));
    try {
      const answer = await post(`${path}/price`, { seats: wish() });
      if (alive && mine === asked) show(answer);
    } catch (error) {
      if (alive && mine === asked) tell(inWords(error));
    }
  }

  function show(answer) {
    price = answer;
    const { due, back: less, ways } = answer;
    next.disabled = false;
    if (due.amount) next.textContent = t("reseat.pay", { amount: figure(due) });
    replace(sum, h("div", { class: "which" }, t(due.amount ? "reseat.more" : less.amount ? "reseat.less" : "reseat.same")),
      (due.amount || less.amount) > 0 && h("div", { class: "big" }, money(due.amount ? due : less)),
      less.amount > 0 && ways.map((way) => h("p", {}, howBack(way))));
  }

  async function change() {
    try {
      const answer = await post(path, { seats: wish(), due: price.due.amount, back: price.back.amount }, key);
      if (answer.hold) return toPay(answer.hold);
      sale.found = { ...found, ...answer.booking };
      go("booking", t("reseat.done"));
    } catch (error) {
      if (error instanceof NoAnswer) return tell(inWords(error));
      key = newKey();
      if (error.code === "seat_taken") moves.clear();
      tell(inWords(error));
      if (alive) draw();
    }
  }

  function toPay(hold) {
    Object.assign(sale, { hold, trip, plan, change: found.id });
    go("pay");
  }


  function tell(words) {
    replace(note, words && h("p", { class: "notice" }, words));
    note.hidden = !words;
    if (words) sayNow(words);
  }

  return () => {
    alive = false;
    view?.stop();
    stopWatching();
  };
}
