// Step 1: the departures of this station, and the destination that one may look for.

import { get } from "../api.js";
import { drawing, h, replace } from "../dom.js";
import { day, dayKey, duration, figure, time } from "../format.js";
import { t, tn } from "../i18n.js";
import { content, frame } from "../screen.js";
import { sale } from "../sale.js";
import { office } from "../office.js";
import { serverNow } from "../servertime.js";
import { whenBack } from "../network.js";
import { inWords } from "../problems.js";
import { go } from "../flow.js";
import { listenForScans } from "../devices/scanner.js";
import { destinationKeys } from "./destinations.js";
import { say } from "../announce.js";

const REFRESH = 15_000;
const FEW = 5;
const CHIPS = 8;

export function board() {
  frame({ step: "board", title: office.station, lede: t("board.lede"), back: { text: t("find.mine"), onclick: () => go("find"), icon: "ticket", id: "find-booking" } });
  const list = h("ul", { class: "board scroll", id: "board", "aria-label": t("board.list") });
  const chips = h("div", { class: "chips", role: "group", "aria-label": t("board.filter") });
  const find = h("button", { class: "chip find", type: "button", id: "find", onclick: search }, drawing("search"), " ", t("board.find"));
  const state = { destination: null, known: [], shown: "" };
  content(h("div", { class: "filters" }, chips, find), list, pager(list));

  async function refresh() {
    const wanted = state.destination?.id ?? "";
    try {
      const answer = await get(`/departures?destination=${wanted}`);
      if ((state.destination?.id ?? "") !== wanted) return;
      show(answer.departures);
    } catch (error) {
      if (!list.childElementCount) replace(list, h("li", { class: "empty" }, h("p", { class: "lede" }, inWords(error))));
    }
  }

  // Drawn anew only when something changed, so that nothing moves under a finger without need.
  function show(departures) {
    const fingerprint = JSON.stringify(departures);
    if (fingerprint === state.shown && list.childElementCount) return;
    const focused = document.activeElement?.dataset?.key;
    state.shown = fingerprint;
    replace(list, departures.length ? rows(departures) : empty());
    if (focused) list.querySelector(`[data-key="${focused}"]`)?.focus();
    list.dispatchEvent(new Event("scroll"));
  }

  function empty() {
    return h("li", { class: "empty" }, h("h2", {}, t("board.none")), state.destination && h("button", { class: "tool", type: "button", onclick: () => choose(null) }, t("board.all")));
  }

  function showChips() {
    const chosen = state.destination;
    const near = state.known.slice(0, CHIPS);
    const places = chosen && !near.some(({ id }) => id === chosen.id) ? [chosen, ...near] : near;
    replace(chips, chip(null, t("board.everything")), places.map((place) => chip(place, place.name)));
  }

  function chip(place, words) {
    const pressed = (state.destination?.id ?? null) === (place?.id ?? null);
    return h("button", { class: "chip", type: "button", "aria-pressed": String(pressed), onclick: () => choose(place) }, words);
  }

  function choose(place) {
    state.destination = place;
    state.shown = "";
    list.scrollTop = 0;
    showChips();
    say(place ? t("board.to", { place: place.name }) : t("board.everything"));
    refresh();
  }

  async function search() {
    const place = await destinationKeys(state.known);
    if (place) choose(place);
  }

  async function learnDestinations() {
    try {
      state.known = (await get("/destinations")).destinations;
      showChips();
    } catch { /* the board itself says that nothing answers */ }
  }

  showChips();
  learnDestinations();
  refresh();
  const timer = setInterval(refresh, REFRESH);
  const stopListening = whenBack(() => { learnDestinations(); refresh(); });
  const stopScans = listenForScans((code) => go("find", code));
  return () => { clearInterval(timer); stopListening(); stopScans(); };
}

function pager(list) {
  const page = (direction) => list.scrollBy({ top: direction * list.clientHeight * 0.85, behavior: "smooth" });
  const up = h("button", { class: "tool", type: "button", onclick: () => page(-1) }, t("board.earlier"));
  const down = h("button", { class: "tool", type: "button", id: "later", onclick: () => page(1) }, drawing("down"), t("board.later"));
  const box = h("div", { class: "board-more" }, up, down);
  const show = () => {
    box.hidden = list.scrollHeight <= list.clientHeight + 4;
    up.hidden = list.scrollTop < 4;
    down.disabled = list.scrollTop + list.clientHeight >= list.scrollHeight - 4;
  };
  list.addEventListener("scroll", show);
  new ResizeObserver(show).observe(list);
  return box;
}

function rows(departures) {
  const today = dayKey(serverNow(), office.timezone);
  let shown = today;
  return departures.flatMap((departure) => {
    const key = dayKey(departure.departure_at, departure.timezone);
    const heading = key !== shown && h("li", { class: "day" }, day(departure.departure_at, departure.timezone, serverNow()));
    shown = key;
    return [heading, h("li", {}, departureRow(departure, take))];
  });
}

// Of the way back, too. `touch` gets the departure when it is on sale; any other says why it is not.
export function departureRow(departure, touch) {
  const open = departure.state === "on_sale";
  return h("button", {
    class: `dep ${departure.state}`, type: "button", "data-key": `${departure.schedule_id}-${departure.from_position}`,
    "aria-disabled": open ? undefined : "true", onclick: () => (open ? touch(departure) : say(t(`board.state.${departure.state}`))),
  }, when(departure), where(departure), platform(departure), offer(departure), open ? drawing("chevron", { class: "chev" }) : h("span", { class: "chev" }));
}

function take(departure) {
  performance.mark("departure-touched");
  sale.trip = departure;
  go("seats");
}

function when({ departure_at, expected_at, timezone }) {
  const planned = time(departure_at, timezone);
  const expected = expected_at ? time(expected_at, timezone) : planned;
  return h("span", { class: "when" }, h("span", { class: "t" }, planned),
    expected !== planned && h("span", { class: "late" }, t("board.now", { time: expected })));
}

function where({ destination, via, departure_at, arrival_at }) {
  const way = via.length ? t("board.via", { places: shortWay(via) }) : t("board.direct");
  return h("span", { class: "where" }, h("span", { class: "to" }, destination),
    h("span", { class: "via" }, `${duration(departure_at, arrival_at)} · ${way}`));
}

// The whole way is too long to read: the first stops say enough.
const shortWay = (via) => (via.length > 2 ? `${via.slice(0, 2).join(", ")} …` : via.join(", "));

function platform({ platform: number, platform_word: word }) {
  return h("span", { class: "pf" }, number && [t(`platform.${word.toLowerCase()}`), " ", h("b", {}, number)]);
}

function offer({ state, price, seats_left: left }) {
  if (state !== "on_sale") return h("span", { class: "price" }, h("span", { class: "word" }, t(`board.state.${state}`)));
  const few = left <= FEW;
  return h("span", { class: "price" },
    price && h("b", {}, h("small", {}, price.currency), ` ${figure(price)}`),
    h("span", { class: few ? "left few" : "left" }, tn(few ? "board.few" : "board.left", left)));
}
