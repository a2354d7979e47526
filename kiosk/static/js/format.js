// Money, times and durations as people of the chosen language write them. Amounts come in whole minor units.

import { currentLocale, t } from "./i18n.js";

// Making a formatter takes longer than formatting hundreds of figures: each is made once.
const formatters = new Map();

function formatter(kind, locale, options) {
  const key = [kind.name, locale, ...Object.values(options)].join(" ");
  if (!formatters.has(key)) formatters.set(key, new kind(locale, options));
  return formatters.get(key);
}

const clock = (timeZone) => formatter(Intl.DateTimeFormat, currentLocale(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const dates = (timeZone) => formatter(Intl.DateTimeFormat, currentLocale(), { weekday: "long", day: "numeric", month: "long", timeZone });
const keys = (timeZone) => formatter(Intl.DateTimeFormat, "en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone });

export function money({ amount, currency }, { sign = true } = {}) {
  const style = { style: "currency", currency, currencyDisplay: "code" };
  const format = formatter(Intl.NumberFormat, currentLocale(), style);
  const digits = format.resolvedOptions().maximumFractionDigits;
  const parts = format.formatToParts(amount / 10 ** digits);
  const shown = sign ? parts : parts.filter((part) => part.type !== "currency");
  return shown.map((part) => part.value).join("").trim();
}

export const number = (value) => formatter(Intl.NumberFormat, currentLocale(), {}).format(value);

export const figure = (value) => money(value, { sign: false });

export function time(iso, timeZone) {
  return clock(timeZone).format(new Date(iso));
}

export function dayKey(when, timeZone) {
  return keys(timeZone).format(new Date(when));
}

export function day(iso, timeZone, now) {
  const date = dates(timeZone).format(new Date(iso));
  const tomorrow = dayKey(now + 86_400_000, timeZone) === dayKey(iso, timeZone);
  return tomorrow ? t("board.tomorrow", { date }) : date;
}

export function duration(fromIso, toIso) {
  const minutes = Math.max(0, Math.round((new Date(toIso) - new Date(fromIso)) / 60_000));
  const hours = Math.floor(minutes / 60);
  const rest = String(minutes % 60);
  if (!hours) return t("duration.minutes", { m: rest });
  return rest === "0" ? t("duration.hours", { h: hours }) : t("duration.both", { h: hours, m: rest });
}

export function countdown(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// As on the ticket: prefix, day, random part, check character; six characters stay together.
export function reference(text) {
  return text.length === 12 ? [text.slice(0, 1), text.slice(1, 4), text.slice(4, 11), text.slice(11)].join("-") : text;
}
