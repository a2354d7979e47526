// Giving up a booking, or some of its passengers: first what comes back and how, then one touch that agrees to it.

import { newKey, NoAnswer, post } from "../api.js";
import { h, replace } from "../dom.js";
import { figure, money } from "../format.js";
import { has, t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { go } from "../flow.js";
import { inWords } from "../problems.js";
import { say, sayNow } from "../announce.js";
import { tripLine } from "./trip.js";

export function refund() {
  const { found } = sale;
  const path = `/bookings/${found.id}/${found.key}`;
  const people = found.passengers.filter((person) => person.may_cancel);
  const leaving = new Set(people.map(({ id }) => id));
  const sum = h("div", { class: "card back", "aria-live": "polite" });
  const next = nextButton("", agree, { disabled: true });
  next.classList.add("danger");
  let shown = null;
  let asked = 0;
  let alive = true;
  let key = newKey();

  frame({ step: "refund", title: t("refund.title"), lede: t("refund.lede"), back: { text: t("refund.keep"), onclick: () => go("booking") }, next });
  content(tripLine(found.trip), h("div", { class: "refund" }, people.length > 1 && chooser(), sum));
  preview();

  function chooser() {
    return h("section", { class: "card who", "aria-label": t("refund.who") }, h("h2", {}, t("refund.who")), people.map(({ id, seat, type }) =>
      h("button", { class: "pick", type: "button", role: "checkbox", "aria-checked": "true", "data-passenger": id, onclick: (event) => choose(event.currentTarget, id) },
        h("span", { class: "box", "aria-hidden": "true" }), [t(`person.${type}`), seat && t("seat.number", { seat })].filter(Boolean).join(", "))));
  }

  function choose(button, id) {
    if (!leaving.delete(id)) leaving.add(id);
    button.setAttribute("aria-checked", String(leaving.has(id)));
    preview();
  }

  // What comes back is asked of the office each time: the ladder that was bought under decides.
  async function preview() {
    const mine = ++asked;
    key = newKey();
    shown = null;
    next.disabled = true;
    next.textContent = t("refund.go_none");
    if (!leaving.size) return replace(sum, h("p", { class: "lede" }, t("refund.nobody")));
    try {
      const answer = await post(`${path}/refund`, { passengers: [...leaving] });
      if (alive && mine === asked) show(answer);
    } catch (error) {
      if (alive && mine === asked) replace(sum, h("p", { class: "notice stop" }, inWords(error)));
    }
  }

  function show(answer) {
    shown = answer;
    const { refund: back, kept, ways } = answer;
    next.disabled = false;
    next.textContent = back.amount ? t("refund.go", { amount: money(back) }) : t("refund.go_none");
    replace(sum,
      h("table", { class: "lines" }, h("tbody", {},
        line(t("refund.paid"), figure({ amount: back.amount + kept.amount, currency: back.currency })),
        kept.amount > 0 && line(t("refund.kept"), `−${figure(kept)}`),
        line(t("refund.back", { currency: back.currency }), figure(back), "total"))),
      back.amount ? ways.map((way) => h("p", { class: "lede" }, howBack(way, ways.length > 1))) : h("p", { class: "lede" }, t("refund.nothing")));
    say(back.amount ? t("refund.say", { amount: money(back) }) : t("refund.nothing"));
  }

  async function agree() {
    try {
      const { refund: back, ways } = shown;
      const after = await post(`${path}/cancel`, { passengers: [...leaving], agreed: back.amount, currency: back.currency }, key);
      sale.found = { ...found, ...after };
      go("booking", back.amount ? t("refund.done", { amount: money(back), how: ways.map((way) => howBack(way)).join(" ") }) : t("refund.done_none"));
    } catch (error) {
      if (error instanceof NoAnswer) return sayNow(inWords(error)); // the banner says it; the same touch is sent again
      await preview();
      if (alive) sum.prepend(h("p", { class: "notice stop" }, inWords(error)));
      sayNow(inWords(error));
    }
  }

  return () => { alive = false; };
}

const line = (words, amount, kind) => h("tr", { class: kind }, h("th", { scope: "row" }, words), h("td", {}, amount));

// By which way the money comes back, as a sentence; with the amount where there are several ways.
export function howBack({ method, amount }, several = false) {
  const words = t(has(`back.${method}`) ? `back.${method}` : "back.other");
  return several ? `${money(amount)}: ${words}` : words;
}
