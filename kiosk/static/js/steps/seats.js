// Step 2: a good seat is chosen already; another can be touched, on the drawing or in the list. Seats change as others buy.

import { get, newKey, NoAnswer, post } from "../api.js";
import { h, replace } from "../dom.js";
import { money } from "../format.js";
import { currentLanguage, t, tn } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { passengerCount, passengerTypes, sale } from "../sale.js";
import { giveBack, go } from "../flow.js";
import { whenBack } from "../network.js";
import { inWords } from "../problems.js";
import { SeatMap } from "../seatmap.js";
import { cramped, SeatList } from "../seatlist.js";
import { SeatStates } from "../seatstates.js";
import { completed, toggled } from "../choice.js";
import { stopWatching, watchSeats } from "../live.js";
import { serverNow } from "../servertime.js";
import { say, sayNow } from "../announce.js";
import { speechIsOn } from "../voice.js";
import { seatLook, seatWords } from "./seatlook.js";
import { legend, passengersCard } from "./seatpanel.js";
import { heldBar } from "./held.js";
import { otherDepartures } from "./instead.js";
import { bothLegs, lostThere, startReturn, wayOut } from "./bothways.js";
import { tripLine } from "./trip.js";

export function seats(notice = "") {
  const { trip } = sale;
  const path = `/schedules/${trip.schedule_id}`;
  const stretch = `from=${trip.from_position}&to=${trip.to_position}`;
  const states = new SeatStates(trip.from_position, trip.to_position);
  const go_on = nextButton(t("seats.continue"), hold, { disabled: true });
  const note = h("div", { hidden: true });
  const room = h("div", { class: "wrap" });
  const sum = h("div", { class: "card sum", "aria-live": "polite" });
  const back_too = h("button", { class: "tool", type: "button", id: "return-trip", disabled: true, onclick: withReturn }, t("wayback.add"));
  let view = null;
  let asList = cramped() || speechIsOn();
  let endTimer = 0;
  let quoted = 0;
  let shown = null; // the price that the traveller saw, in minor units
  const total = h("div", { class: "big" }, "\u00a0");
  let alive = true;
  let holding = false;
  let unanswered = false; // a hold was asked for and no answer came: what is gone may be ours
  let stopListening = () => {};
  let key = newKey();

  frame({ step: "seats", title: t(sale.out ? "wayback.seats" : "seats.title"), lede: t("seats.lede"), back: wayOut(), next: go_on });
  const [bar, stopBar, held] = sale.hold ? heldBar("seats", { watches: true }) : [null, () => {}];
  content(bar, tripLine(trip, "", !sale.out && back_too), note, room);
  if (notice) tell(notice);
  load();

  async function load() {
    try {
      sale.plan = await get(`${path}/seats?${stretch}&count=${passengerCount()}`);
    } catch (error) {
      if (alive && error instanceof NoAnswer) stopListening = whenBack(() => { stopListening(); load(); });
      else if (alive) refuse(error);
      return;
    }
    if (!alive) return;
    states.fill(sale.plan.seats);
    sale.chosen = sale.chosen.map(({ id }) => sale.plan.seats.find((seat) => seat.id === id)).filter(Boolean);
    if (!stillFree(sale.chosen)) sale.byHand = false;
    if (!sale.byHand || !sale.chosen.length) chooseBest();
    draw();
    showRow();
    if (!sale.plan.available && !sale.hold) went([]);
    watchSeats(trip.schedule_id, {
      onwhole: (changes) => { states.reset(changes); changed(); held?.onwhole(changes); },
      onchanges: (changes) => { states.apply(changes); changed(); held?.onchanges(changes); },
    });
  }

  function draw() {
    view?.stop();
    const kind = asList ? SeatList : SeatMap;
    view = new kind(sale.plan, { look: lookOf, touch, first: sale.chosen[0] });
    const toggle = h("button", { class: "tool wide", type: "button", id: "as-list", onclick: turn },
      t(asList ? "seats.as_map" : "seats.as_list"));
    const panel = h("div", { class: "side" }, toggle, passengersCard(sale, count), !asList && legend(sale.plan), h("div", { class: "push" }), sum);
    panel.children[1].classList.add("first");
    // The list comes first in the order of the Tab key, the drawing is seen first: the grid puts them side by side.
    replace(room, panel, view.element);
    view.update();
    priced();
    performance.mark("seats-shown");
  }

  // The other way to see the seats, from its beginning: where the page scrolls, the button stands below them.
  function turn() {
    asList = !asList;
    draw();
    document.getElementById("as-list").focus({ preventScroll: true });
    view.element.scrollIntoView({ block: "start" });
    showRow();
  }

  // Of the list: the row of the seat that is chosen.
  const showRow = () => view.element.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });

  // Seats that this traveller holds while choosing others are free for them alone.
  const isOurs = (seat) => Boolean(sale.hold?.passengers?.some((passenger) => passenger.seat === seat.number));
  const stateOf = (seat) => (isOurs(seat) ? "available" : states.of(seat.id));
  const lookOf = (seat) => seatLook(seat, stateOf(seat), sale.chosen.some(({ id }) => id === seat.id), sale.plan);
  const isFree = (seat) => stateOf(seat) === "available";
  const stillFree = (chosen) => chosen.every((mine) => isFree(mine)) && chosen.length === passengerCount();

  function chooseBest() {
    const best = new Set(sale.plan.best);
    sale.chosen = sale.plan.seats.filter((seat) => best.has(seat.id));
  }

  function touch(seat) {
    const state = stateOf(seat);
    if (state !== "available") return say(t(state === "reserved" ? "seats.someone" : "seats.taken", { seat: seat.number }));
    tell("");
    sale.byHand = true;
    sale.chosen = toggled(sale.chosen, seat, passengerCount());
    newChoice();
    view.update();
    priced();
    say(sale.chosen.includes(seat) ? t("seats.chosen", { seat: seatWords(seat) }) : t("seats.let_go", { seat: seat.number }));
  }

  async function count(type, change) {
    sale.counts = { ...sale.counts, [type]: Math.max(0, (sale.counts[type] ?? 0) + change) };
    newChoice();
    if (sale.byHand && change > 0) sale.chosen = completed(sale.chosen, sale.plan.seats, isFree, passengerCount());
    else if (sale.byHand && passengerCount() > 0) sale.chosen = sale.chosen.slice(0, passengerCount());
    else await fetchBest();
    if (!alive) return;
    draw();
    say(tn("seats.people", passengerCount()));
  }

  async function fetchBest() {
    try {
      const { best, available } = await get(`${path}/best?${stretch}&count=${passengerCount()}`);
      Object.assign(sale.plan, { best, available });
      if (alive) chooseBest();
    } catch (error) {
      tell(inWords(error));
    }
  }

  // Somebody else was faster: say so, and offer the next best. While we hold ourselves it may be us: the answer will tell,
  // or where it was lost the next one to the same key.
  async function changed() {
    planEnd();
    const gone = sale.chosen.filter((seat) => !isFree(seat));
    view?.update();
    if (!gone.length || holding || unanswered) return;
    sale.byHand = false;
    await fetchBest();
    if (!alive) return;
    newChoice();
    view.update();
    priced();
    went(gone.map(({ number }) => number));
  }

  // The next best is chosen already, one touch goes on; where there is none, the next departures are offered.
  function went(numbers) {
    const now = sale.chosen.map(({ number }) => number).join(", ");
    if (now) return tell(tn("seats.went", numbers.length, { seats: numbers.join(", "), now }));
    tell(t("seats.went_all"));
    const left = sale.plan.available > 0;
    return otherDepartures({ title: t(left ? "seats.too_few_now" : "instead.title"), text: t(left ? "seats.too_few" : "instead.full"), stay: left });
  }

  // Holds that run out change the drawing by themselves.
  function planEnd() {
    clearTimeout(endTimer);
    const wait = states.nextEnd() - serverNow();
    if (wait < 3_600_000) endTimer = setTimeout(() => { view?.update(); planEnd(); }, wait + 200);
  }

  async function priced() {
    const enough = sale.chosen.length === passengerCount() && sale.chosen.length > 0;
    go_on.disabled = !enough;
    back_too.disabled = true; // until the price of the way there is known, which is a part of the sum
    const which = sale.chosen.map((seat) => (sale.chosen.length === 1 ? seatWords(seat) : seat.number)).join(", ");
    const missing = passengerCount() - sale.chosen.length;
    replace(sum, h("div", { class: "which" }, enough ? tn("seats.which", sale.chosen.length, { seats: which }) : missing > 0 && sale.plan.available < passengerCount() ? t("seats.too_few") : tn("seats.missing", missing)));
    sum.append(total); // the line stays while the office reckons: nothing on the screen moves
    total.classList.add("old");
    if (!enough) return;
    const mine = ++quoted;
    try {
      const passengers = pairs();
      const answer = await post("/quotes", { schedule_id: trip.schedule_id, from_position: trip.from_position, to_position: trip.to_position, passengers });
      if (!alive || mine !== quoted) return;
      shown = answer.total + (sale.out?.price ?? 0);
      replace(total, sale.out && h("small", {}, `${t("wayback.both")} `), money({ amount: answer.total + (sale.out?.price ?? 0), currency: answer.currency }));
      total.classList.remove("old");
      back_too.disabled = false;
    } catch (error) {
      if (alive && mine === quoted) tell(inWords(error));
    }
  }

  // The first chosen seats go to the first passengers: adults before children before seniors.
  function pairs() {
    const types = passengerTypes();
    return sale.chosen.map((seat, index) => ({ seat_id: seat.id, type: types[index] }));
  }

  async function hold() {
    go_on.disabled = true;
    holding = true;
    try {
      if (!sale.hold) await holdAnew();
      else if (!unchanged()) await exchange();
      sale.priceWas = shown !== null && sale.hold.quote.total !== shown ? shown : null;
      go(sale.plan.policy.asks.length ? "details" : "pay");
    } catch (error) {
      holding = false;
      await notHeld(error);
    } finally {
      holding = false;
      go_on.disabled = false;
    }
  }

  async function holdAnew() {
    try {
      sale.hold = await askForHold();
    } catch (error) {
      if (error.code !== "active_reservation_exists") throw error;
      await giveBackLost(error.details.reservation_id);
      sale.hold = await askForHold();
    }
  }

  const askForHold = () => sale.out ? post("/baskets", { legs: bothLegs(), language: currentLanguage() }, key) : post("/holds", {
    schedule_id: trip.schedule_id, from_position: trip.from_position, to_position: trip.to_position,
    passengers: pairs(), language: currentLanguage(),
  }, key);

  // This traveller's own hold, whose answer was lost before other seats were chosen.
  async function giveBackLost(reservation_id) {
    sale.hold = { reservation_id };
    await giveBack();
    newChoice();
  }

  function newChoice() {
    key = newKey();
    unanswered = false;
  }

  const unchanged = () => {
    const held = sale.hold.passengers;
    return held.length === sale.chosen.length && pairs().every(({ type }, n) => type === held[n].type && sale.chosen[n].number === held[n].seat);
  };

  // The hold is altered; where that is too late (somebody began to pay, or its time ran out) it is given back and made anew.
  async function exchange() {
    const passengers = pairs().map((pair, n) => ({ ...pair, passenger_id: sale.hold.passengers[n]?.id ?? null }));
    try {
      Object.assign(sale.hold, await post(`/holds/${sale.hold.legs.at(-1).reservation_id}/seats`, { passengers }, key));
    } catch (error) {
      if (!["payment_begun", "hold_expired", "reservation_not_active"].includes(error.code)) throw error;
      await giveBack();
      newChoice();
      await holdAnew();
    }
  }

  // The way there stays as it was chosen; what is held of it alone is held anew with the way back.
  async function withReturn() {
    await giveBack();
    if (alive) startReturn(shown);
  }

  // Without an answer the key stays: the next touch asks for the same hold, not for a second one.
  async function notHeld(error) {
    unanswered = error instanceof NoAnswer;
    if (unanswered) return tell(inWords(error));
    newChoice();
    if (await lostThere(error, () => alive)) return;
    tell(inWords(error));
    if (["not_on_sale", "sales_closed", "not_found"].includes(error.code)) return refuse(error);
    await load();
    if (alive && error.code === "seat_taken") went(error.details.seats ?? []);
  }

  async function refuse(error) {
    await otherDepartures({ title: t("seats.refused"), text: inWords(error) });
  }

  function tell(words) {
    replace(note, words && h("p", { class: "notice" }, words));
    note.hidden = !words;
    if (words) sayNow(words);
  }

  return () => {
    alive = false;
    stopListening();
    stopBar();
    clearTimeout(endTimer);
    view?.stop();
    stopWatching();
  };
}
