// The departure board on a wall: nobody touches it, so it has to be right by itself for months. It asks every ten seconds,
// takes away what has left by its own clock, turns its pages calmly and says since when it has heard nothing.

import { byId, h, replace, write } from "./dom.js";
import { learnTime, serverNow } from "./servertime.js";

const told = JSON.parse(byId("told").textContent);
const ASK_EVERY = 10_000;
const PATIENCE = 8000;
const QUIET = 25_000; // two questions without an answer
const TURN_EVERY = 12_000;
const PAGES = 3; // what leaves after that is seen when it comes nearer
const LEAVES_WITH = 60_000; // a minute after its time a departure is gone
const HEADS = 0.55; // the height of the columns' names, in rows (wall.css)
const standsUp = matchMedia("(orientation: portrait)");

let departures = told.departures;
let heard = Date.now();
let page = 0;
let turn = 0; // counts the languages
let drawn = "";

const language = () => told.languages[turn % told.languages.length];
const locale = () => (language() === "ar" ? "ar-u-nu-latn" : language());
const t = (key, values = {}) => (told.words[language()][key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const inZone = (when, options) => new Intl.DateTimeFormat(locale(), { ...options, timeZone: told.timezone }).format(new Date(when));
const clock = (when) => inZone(when, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayOf = (when) => new Intl.DateTimeFormat("en-CA", { timeZone: told.timezone }).format(new Date(when));

async function ask() {
  try {
    const answer = await fetch(`/board/-/departures?place=${encodeURIComponent(told.place)}`, { signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) return;
    const fresh = await answer.json();
    heard = Date.now();
    learnTime(fresh.now);
    if (fresh.version !== told.version) location.reload(); // the office was renewed
    told.timezone = fresh.timezone;
    departures = fresh.departures;
    show();
  } catch { /* how long ago anything was heard is said by `tick` */ }
}

function tick() {
  write(byId("clock"), clock(serverNow()));
  const lost = byId("lost");
  lost.hidden = Date.now() - heard < QUIET;
  if (!lost.hidden) write(lost, t("wall.lost", { time: clock(serverNow() - (Date.now() - heard)) }));
  if (standing().length !== shownOf()) show();
}

// Another page, and after the last one another language; with one of each nothing moves.
function turnOn() {
  const pages = pagesOf(standing());
  const next = (page + 1) % pages;
  if (next === 0 && told.languages.length > 1) turn += 1;
  else if (pages === 1) return;
  const rows = byId("rows");
  rows.classList.add("turning");
  setTimeout(() => { page = next; show(); rows.classList.remove("turning"); }, 500);
}

const leaves = ({ departure_at, expected_at }) => Date.parse(expected_at ?? departure_at);
const standing = () => departures.filter((each) => leaves(each) + LEAVES_WITH > serverNow());
const shownOf = () => Number(byId("wall").dataset.standing ?? -1);
const perPage = () => Number(getComputedStyle(document.documentElement).getPropertyValue("--rows"));
const pagesOf = (all) => Math.max(1, Math.min(PAGES, Math.ceil(all.length / perPage())));

// Drawn anew only when something changed: nothing flickers on a wall.
function show() {
  const all = standing();
  const pages = pagesOf(all);
  page = Math.min(page, pages - 1);
  const mine = all.slice(page * perPage(), (page + 1) * perPage());
  byId("wall").dataset.standing = all.length;
  heads();
  const fingerprint = JSON.stringify([mine, language(), dayOf(serverNow()), standsUp.matches]);
  write(byId("page"), t("wall.page", { n: page + 1, of: pages }));
  byId("page").hidden = pages === 1;
  byId("wall").hidden = !all.length;
  byId("none").hidden = all.length > 0;
  if (fingerprint === drawn) return;
  drawn = fingerprint;
  leaveOut(mine);
  replace(byId("rows"), mine.map(row));
  fit();
}

// A column in which nothing would stand takes no room. On a board that stands remarks are below the destination.
function leaveOut(shown) {
  const empty = {
    platform: !shown.some(({ platform, status }) => platform && status !== "cancelled"),
    remarks: standsUp.matches || !shown.some((each) => remark(each).length),
  };
  byId("wall").dataset.without = Object.keys(empty).filter((name) => empty[name]).join(" ");
}

// Nothing is cut off: what is too long for its line has somewhat smaller letters, then two lines instead of the places on the way.
function fit() {
  shrink(byId("station").parentElement, [1, 0.85, 0.7, 0.55], leavesRoom);
  for (const name of byId("rows").querySelectorAll(".to")) fitName(name, name.parentElement);
  for (const platform of byId("rows").querySelectorAll(".platform")) shrink(platform, [1, 0.8, 0.65, 0.5], () => within(platform));
}

// What is above the rows, however long the station's name, leaves them their room.
const leavesRoom = () => byId("wall").parentElement.clientHeight >= (perPage() + HEADS) * line();
const line = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

function fitName(name, box) {
  const fits = () => within(name) && box.offsetHeight < line();
  box.classList.remove("long");
  name.classList.remove("broken");
  if (shrink(name, [1, 0.9, 0.8], fits)) return;
  box.classList.add("long");
  if (!shrink(name, [1, 0.9, 0.8, 0.7, 0.6], fits)) name.classList.add("broken"); // one word longer than the board
}

// The first of the sizes, parts of the usual one, with which it fits; else the last, and false.
function shrink(element, parts, fits) {
  element.style.fontSize = "";
  const usual = parseFloat(getComputedStyle(element).fontSize);
  return parts.some((part) => {
    element.style.fontSize = `${usual * part}px`;
    return fits();
  });
}

const within = (element) => element.scrollWidth <= element.clientWidth;

function heads() {
  document.documentElement.lang = language();
  document.documentElement.dir = language() === "ar" ? "rtl" : "ltr";
  write(byId("title"), t("wall.title"));
  write(byId("today"), inZone(serverNow(), { weekday: "long", day: "numeric", month: "long" }));
  const words = new Set(departures.map(({ platform_word: word }) => word));
  const [only = "bay"] = words;
  write(byId("col-time"), t("wall.time"));
  write(byId("col-to"), t("wall.to"));
  write(byId("col-platform"), words.size > 1 ? t("wall.gate") : t(`platform.${only}`));
  write(byId("col-remarks"), t("wall.remarks"));
  write(byId("none"), t("wall.none"));
}

function row(each) {
  const later = dayOf(each.departure_at) !== dayOf(serverNow());
  return h("tr", { class: each.status, "data-id": each.id },
    h("td", { class: "time" }, clock(each.departure_at), later && h("small", {}, inZone(each.departure_at, { weekday: "short" }))),
    h("td", {}, h("div", { class: "where" }, h("span", { class: "to" }, h("bdi", {}, each.destination)), standsUp.matches && remark(each), way(each))),
    h("td", { class: "platform", dir: "ltr" }, each.platform ?? ""),
    h("td", { class: "remarks" }, !standsUp.matches && remark(each)));
}

function way({ via, number }) {
  const words = [number, via.length ? t("board.via", { places: via.join(", ") }) : ""].filter(Boolean).join(" · ");
  return words && h("span", { class: "via" }, words);
}

function remark({ status, departure_at, expected_at }) {
  if (status === "cancelled") return [h("div", { class: "remark" }, t("wall.cancelled"))];
  const late = expected_at && clock(expected_at) !== clock(departure_at);
  const boarding = status === "boarding";
  return [late && h("div", { class: "remark late" }, t("board.now", { time: clock(expected_at) })),
    boarding && h("div", { class: "remark boarding" }, t("wall.boarding")),
    !late && !boarding && expected_at && h("div", { class: "remark calm" }, t("wall.on_time"))].filter(Boolean);
}

learnTime(told.now);
tick();
show();
setInterval(tick, 1000);
setInterval(ask, ASK_EVERY);
setInterval(turnOn, TURN_EVERY);
addEventListener("resize", () => { show(); fit(); });
document.fonts.addEventListener("loadingdone", fit);
addEventListener("online", ask);
