// Step 4: every line of the price, the terms in plain words, the way to pay. Then waiting, looked up every second.

import { newKey, NoAnswer, post } from "../api.js";
import { h } from "../dom.js";
import { figure, money } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { go } from "../flow.js";
import { inWords } from "../problems.js";
import { sayNow } from "../announce.js";
import { backToSeats, heldBar, lookUp, stopButton } from "./held.js";
import { priceLines } from "./pricelines.js";
import { waiting } from "./waiting.js";
import { learnDevices, methodsNow } from "../devices/look.js";
import { agreeOnPaper } from "../devices/paper.js";
import { tripLine } from "./trip.js";

const LOOK_EVERY = 3000;

export function pay(notice = "") {
  const { trip, hold } = sale;
  const total = { amount: hold.quote.total, currency: hold.quote.currency };
  const [bar, stop] = heldBar("pay", { every: LOOK_EVERY, onstate: look });
  const next = nextButton(t("pay.go", { amount: figure(total) }), begin);
  const methods = h("div", { class: "methods", role: "radiogroup", "aria-label": t("pay.methods") });
  let offered = [];
  showMethods();
  learnDevices().then(showMethods);

  frame({ step: "pay", title: t("pay.title"), lede: t("pay.lede"), back: { text: t("pay.back"), onclick: backToSeats, also: stopButton() }, next });
  content(bar, tripLine(trip, seatNumbers()), notice && h("p", { class: "notice stop" }, notice), priceSaid(),
    h("div", { class: "pay-body" },
      h("div", { class: "card" }, priceLines(hold.quote, trip)), methods, terms()));
  if (notice) sayNow(notice);

  // The price is that of the moment when the seats were held: when it moved meanwhile, nobody pays without having been told.
  function priceSaid() {
    if (sale.priceWas === null) return null;
    const words = t("pay.price_changed", { was: money({ amount: sale.priceWas, currency: total.currency }), now: money(total) });
    sayNow(words);
    return h("p", { class: "notice", id: "price-changed" }, words);
  }

  function look(state) {
    if (!state.booking) return learnDevices().then(showMethods);
    stop();
    finish(state);
  }

  function seatNumbers() {
    const numbers = hold.passengers.map(({ seat }) => seat);
    return t(numbers.length > 1 ? "pay.seats" : "pay.seat", { seats: numbers.join(", ") });
  }

  function showMethods() {
    const found = methodsNow();
    const fingerprint = JSON.stringify([found, sale.devices?.cash?.mode]);
    if (methods.dataset.offered === fingerprint) return;
    methods.dataset.offered = fingerprint;
    offered = found;
    if (!offered.includes(sale.method)) sale.method = offered[0];
    methods.replaceChildren(...offered.map(method));
    next.disabled = !offered.length;
  }

  function method(name) {
    return h("button", {
      class: "method", type: "button", role: "radio", id: `method-${name}`, "aria-checked": String(name === sale.method),
      tabindex: name === sale.method ? 0 : -1, onclick: () => choose(name), onkeydown: arrows,
    }, t(`method.${name}`), h("small", {}, t(name === "cash" && sale.devices.cash.mode === "exact" ? "method.cash.exact" : `method.${name}.text`)), h("span", { class: "dot" }));
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
    if (!(await agreeOnPaper())) return;
    stop();
    const key = newKey();
    const begun = await ask(key);
    if (begun) waiting(begun, { done: finish, failed: (words) => pay_again(words) });
  }

  async function ask(key) {
    try {
      return await post(`/holds/${hold.reservation_id}/payments`, { method: sale.method, without_paper: sale.withoutPaper }, key);
    } catch (error) {
      if (error instanceof NoAnswer) return { lost: true, method: sale.method };
      if (error.code === "no_paper") return paperRanOut(error.details.condition);
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

  // The printer's state has changed since this screen was drawn: nothing was begun.
  async function paperRanOut(condition) {
    sale.devices = { ...sale.devices, printer: condition };
    if (await agreeOnPaper()) return ask(newKey());
    pay_again();
    return null;
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
