// The price as a table: equal lines are one, what is contained stands apart, the total is large. With a way back the lines of
// each direction stand under its name.

import { h } from "../dom.js";
import { figure, number } from "../format.js";
import { t, tn } from "../i18n.js";

export function priceLines({ quote, legs }, trips) {
  const money = (amount) => figure({ amount, currency: quote.currency });
  const row = ({ text, amount, included }) => h("tr", { class: included && "included" }, h("th", { scope: "row" }, text), h("td", {}, money(amount)));
  return h("table", { class: "lines" }, h("caption", { class: "unseen" }, t("pay.lines")),
    h("tbody", {}, legs.map((leg, n) => [legs.length > 1 && heading(n, money(leg.quote.total)), grouped(leg.quote.lines, trips[n]).map(row)]),
      h("tr", { class: "total" }, h("th", { scope: "row" }, t("pay.total", { currency: quote.currency })), h("td", {}, money(quote.total)))));
}

const heading = (leg, amount) => h("tr", { class: "way" }, h("th", { scope: "rowgroup" }, t(leg ? "way.back" : "way.there")), h("td", {}, amount));

// The office's own words for the tax that the others contain; every other label is what staff typed.
const VAT = /^of which VAT ([\d.]+) %$/;

function grouped(lines, trip) {
  const rows = new Map();
  for (const line of lines) {
    const key = line.kind === "fare" ? `fare-${line.subject}` : `${line.kind}-${line.label}`;
    const row = rows.get(key) ?? { line, n: 0, amount: 0, included: line.included };
    row.n += 1;
    row.amount += line.amount;
    rows.set(key, row);
  }
  return [...rows.values()].map((row) => ({ ...row, text: words(row, trip) }));
}

function words({ line, n }, trip) {
  if (line.kind === "fare" && line.subject) return tn(`fare.${line.subject}`, n, { journey: `${trip.origin} – ${trip.destination}` });
  if (line.kind === "seat" && line.subject) return t("seat.number", { seat: line.subject });
  if (line.kind === "fee") return t("pay.fee");
  const [, rate] = VAT.exec(line.label) ?? [];
  if (rate) return t("pay.tax", { rate: number(rate) });
  return line.label;
}
