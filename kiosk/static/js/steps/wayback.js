// The way back: its day, then its departure. Nothing is held yet; the seats of both ways are held together.

import { get, NoAnswer } from "../api.js";
import { h, replace } from "../dom.js";
import { day } from "../format.js";
import { currentLocale, t } from "../i18n.js";
import { content, frame } from "../screen.js";
import { passengerCount, sale } from "../sale.js";
import { giveBack, go } from "../flow.js";
import { back } from "../network.js";
import { inWords } from "../problems.js";
import { say } from "../announce.js";
import { serverNow } from "../servertime.js";
import { departureRow } from "./board.js";
import { oneWay, startWayBack } from "./bothways.js";
import { tripLine } from "./trip.js";

export function wayback(notice = "") {
  const { trip } = sale.out;
  const days = h("div", { class: "chips days", role: "group", "aria-label": t("wayback.days") });
  const list = h("ul", { class: "board scroll", id: "wayback", "aria-label": t("wayback.list") });
  let alive = true;
  let chosen = null;
  const only = h("button", { class: "tool", type: "button", id: "one-way", onclick: oneWay }, t("wayback.one_way"));

  frame({ step: "wayback", title: t("wayback.title"), lede: t("wayback.lede"), back: { text: t("pay.back"), onclick: oneWay, also: only } });
  content(tripLine(trip), notice && h("p", { class: "notice" }, notice), days, list);
  if (notice) say(notice);
  if (sale.hold) giveBack(); // who looks for another way back holds nothing meanwhile
  load();

  async function load(wanted = "") {
    chosen = wanted || chosen;
    try {
      const found = await get(`/way-back?schedule_id=${trip.schedule_id}&from=${trip.from_position}&to=${trip.to_position}&date=${wanted}`);
      if (alive && (!wanted || wanted === chosen)) show(found);
    } catch (error) {
      if (!alive) return;
      replace(list, h("li", { class: "empty" }, h("p", { class: "lede" }, inWords(error))));
      if (error instanceof NoAnswer) back().then(() => alive && load(wanted));
    }
  }

  function show({ days: offered, date, timezone, departures }) {
    chosen = date;
    const shown = offered.includes(date) ? offered : [date, ...offered];
    replace(days, shown.map((each) => chip(each, date, timezone)));
    days.querySelector('[aria-pressed="true"]').scrollIntoView({ block: "nearest", inline: "nearest" });
    list.scrollTop = 0;
    replace(list, departures.length ? departures.map((each) => h("li", {}, row(each))) : h("li", { class: "empty" }, h("h2", {}, t("wayback.none"))));
  }

  function chip(each, date, timezone) {
    const noon = `${each}T12:00:00Z`;
    return h("button", { class: "chip", type: "button", "data-day": each, "aria-pressed": String(each === date), onclick: () => choose(each, noon, timezone) },
      dayWords(noon, timezone));
  }

  function choose(each, noon, timezone) {
    say(day(noon, timezone, serverNow()));
    load(each);
  }

  // A departure without room for everybody who goes there is no way back for them.
  function row(departure) {
    const room = departure.seats_left >= passengerCount();
    const shown = departure.state === "on_sale" && !room ? { ...departure, state: "too_few" } : departure;
    return departureRow(shown, startWayBack);
  }

  return () => { alive = false; };
}

// As in a calendar: the weekday above the date.
function dayWords(noon, timeZone) {
  const words = (options) => new Intl.DateTimeFormat(currentLocale(), { ...options, timeZone }).format(new Date(noon));
  return [h("small", {}, words({ weekday: "short" })), h("b", {}, words({ day: "numeric", month: "short" }))];
}
