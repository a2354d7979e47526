// Step 4: every line of the price, the terms in plain words, the way to pay. Then waiting, looked up every second.

import { newKey, NoAnswer, post } from "../api.js";
import { h } from "../dom.js";
import { figure, money } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { go } from "../flow.js";
import { inWords } from "../problems.js";
import { office } from "../office.js";
import { sayNow } from "../announce.js";
import { backToSeats, heldBar, lookUp, stopButton } from "./held.js";
import { priceLines } from "./pricelines.js";
import { waiting } from "./waiting.js";
import { tripLine } from "./trip.js";

export function pay(notice = "") {
  const { trip, hold } = sale;
  const total = { amount: hold.quote.total, currency: hold.quote.currency };
  const [bar, stop] = heldBar("pay", { onstate: (state) => { if (state.booking) { stop(); finish(state); } } });
  const offered = office.methods.filter((name) => name !== "cash" || hold.takes_cash);
  if (!offered.includes(sale.method)) sale.method = offered[0];
  const next = nextButton(t("pay.go", { amount: figure(total) }), begin);
  next.disabled = !offered.length;
  notice ||= offered.length ? "" : t("error.no_open_shift");
  const methods = h("div", { class: "methods", role: "radiogroup", "aria-label": t("pay.methods") }, offered.map(method));

  frame({ step: "pay", title: t("pay.title"), lede: t("pay.lede"), back: { text: t("pay.back"), onclick: backToSeats, also: stopButton() }, next });
  content(bar, tripLine(trip, seatNumbers()), notice && h("p", { class: "notice stop" }, notice), priceSaid(),
    h("div", { class: "pay-body scroll" },
      h("div", { class: "card" }, priceLines(hold.quote, trip)), methods, terms()));
  if (notice) sayNow(notice);

  // The price is that of the moment when the seats were held: when it moved meanwhile, nobody pays without having been told.
  function priceSaid() {
    if (sale.priceWas === null) return null;
    const words = t("pay.price_changed", { was: money({ amount: sale.priceWas, currency: total.currency }), now: money(total) });
    sayNow(words);
    return h("p", { class: "notice", id: "price-changed" }, words);
  }

  function seatNumbers() {
    const numbers = hold.passengers.map(({ seat }) => seat);
    return t(numbers.length > 1 ? "pay.seats" : "pay.seat", { seats: numbers.join(", ") });
  }

  function method(name) {
    return h("button", {
      class: "method", type: "button", role: "radio", id: `method-${name}`, "aria-checked": String(name === sale.method),
      tabindex: name === sale.method ? 0 : -1, onclick: () => choose(name), onkeydown: arrows,
    }, t(`method.${name}`), h("small", {}, t(`method.${name}.text`)), h("span", { class: "dot" }));
  }

  function choose(name) {
    sale.method = name;
    for (const button of methods.children) {
      const chosen = button.id === `method-${name}`;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      if (chosen) button.focus();
    }
  }

  function arrows(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = offered.indexOf(sale.method) + step + offered.length;
    choose(offered[at % offered.length]);
  }

  function terms() {
    return h("section", { class: "terms", "aria-label": t("terms.label") }, h("strong", {}, t("terms.label")),
      h("ul", {}, ladder(sale.plan.policy.refund_ladder, total.currency).map((line) => h("li", {}, line))));
  }

  // One key for one attempt: when the answer was lost the same request is sent again and nothing is charged twice.
  async function begin() {
    stop();
    const key = newKey();
    const begun = await ask(key);
    if (begun) waiting(begun, { done: finish, failed: (words) => pay_again(words) });
  }

  async function ask(key) {
    try {
      return await post(`/holds/${hold.reservation_id}/payments`, { method: sale.method }, key);
    } catch (error) {
      if (error instanceof NoAnswer) return { lost: true, method: sale.method };
      const state = await lookUp();
      if (state?.booking) finish(state);
      else again(error);
      return null;
    }
  }

  function again(error) {
    if (error.code === "no_open_shift") hold.takes_cash = false;
    pay_again(inWords(error));
  }

  return stop;
}

const pay_again = (words) => go("pay", words);

function finish(state) {
  sale.booking = state.booking;
  go("ticket");
}

// The refund ladder as sentences, from the most generous step to the last.
export function ladder(steps, currency) {
  const said = steps.map(({ hours, percent, fee }) => {
    const back = fee ? t("terms.less", { percent, fee: money({ amount: fee, currency }) }) : t("terms.back", { percent });
    return t(hours ? "terms.until" : "terms.until_departure", { n: hours, back });
  });
  return [...said, t(steps.length && !steps.at(-1).hours ? "terms.no_more" : "terms.after")];
}
