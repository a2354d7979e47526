// Step 4: every line of the price, the terms in plain words, the way to pay. Then waiting, looked up every second.

import { newKey, NoAnswer, post } from "../api.js";
import { h } from "../dom.js";
import { figure, money } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale, trips } from "../sale.js";
import { go } from "../flow.js";
import { inWords } from "../problems.js";
import { sayNow } from "../announce.js";
import { backToSeats, heldBar, lookUp, stopButton } from "./held.js";
import { showMethods } from "./methods.js";
import { priceLines } from "./pricelines.js";
import { waiting } from "./waiting.js";
import { learnDevices, methodsNow } from "../devices/look.js";
import { agreeOnPaper } from "../devices/paper.js";
import { journeyLines } from "./trip.js";

const LOOK_EVERY = 3000;

export function pay(notice = "") {
  const { hold } = sale;
  const total = { amount: hold.quote.total, currency: hold.quote.currency };
  const [bar, stop] = heldBar("pay", { every: LOOK_EVERY, onstate: look });
  const next = nextButton(t("pay.go", { amount: figure(total) }), begin);
  const methods = h("div", { class: "methods", role: "radiogroup", "aria-label": t("pay.methods") });
  let offered = [];
  offer();
  learnDevices().then(offer);

  frame({ step: "pay", title: t("pay.title"), lede: t("pay.lede"), back: { text: t("pay.back"), onclick: backToSeats, also: stopButton() }, next });
  content(bar, journeyLines(hold.legs.map(seatNumbers)), notice && h("p", { class: "notice stop" }, notice), priceSaid(),
    h("div", { class: "pay-body" },
      h("div", { class: "card" }, priceLines(hold, trips())), methods, terms()));
  if (notice) sayNow(notice);

  // The price is that of the moment when the seats were held: when it moved meanwhile, nobody pays without having been told.
  function priceSaid() {
    if (sale.priceWas === null) return null;
    const words = t("pay.price_changed", { was: money({ amount: sale.priceWas, currency: total.currency }), now: money(total) });
    sayNow(words);
    return h("p", { class: "notice", id: "price-changed" }, words);
  }

  function look(state) {
    if (!state.booking) return learnDevices().then(offer);
    stop();
    finish(state);
  }

  function seatNumbers({ passengers }) {
    const numbers = passengers.map(({ seat }) => seat);
    return t(numbers.length > 1 ? "pay.seats" : "pay.seat", { seats: numbers.join(", ") });
  }

  function offer() {
    const found = methodsNow();
    const fingerprint = JSON.stringify([found, sale.devices?.cash?.mode]);
    if (methods.dataset.offered === fingerprint) return;
    methods.dataset.offered = fingerprint;
    offered = found;
    if (!offered.includes(sale.method)) sale.method = offered[0];
    showMethods(methods, offered, sale.method, choose);
    next.disabled = !offered.length;
    next.textContent = words();
  }

  function choose(name) {
    sale.method = name;
    next.textContent = words();
  }

  // What a voucher pays is looked up first: nothing is agreed to by this touch.
  function words() {
    return sale.method === "voucher" ? t("details.continue") : t("pay.go", { amount: figure(total) });
  }

  function terms() {
    return h("section", { class: "terms", "aria-label": t("terms.label") }, h("strong", {}, t("terms.label")), termsOfAll());
  }

  // Said once where both ways have the same terms.
  function termsOfAll() {
    const said = [sale.out?.plan, sale.plan].filter(Boolean).map(({ policy }) => ladder(policy.refund_ladder, total.currency));
    const same = said.every((lines) => lines.join() === said[0].join());
    return (same ? said.slice(0, 1) : said).flatMap((lines, leg) => [
      !same && h("b", {}, t(leg ? "way.back" : "way.there")), h("ul", {}, lines.map((line) => h("li", {}, line))),
    ]);
  }

  // One key for one attempt: when the answer was lost the same request is sent again and nothing is charged twice.
  async function begin() {
    if (sale.method === "voucher") return go("voucher");
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

export function finish(state) {
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
