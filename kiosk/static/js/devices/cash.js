// Cash goes into the machine: what is in and what is missing, piece by piece; back comes what is too much, or all of it.

import { post } from "../api.js";
import { h, replace } from "../dom.js";
import { figure, money } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton, setWords } from "../screen.js";
import { say, sayNow } from "../announce.js";
import { pauseIdle } from "../idle.js";
import { heldBar, lookUp, runOut } from "../steps/held.js";
import { journeyLines } from "../steps/trip.js";
import { sale } from "../sale.js";
import { lookAtPayment } from "./look.js";

const LOOK_EVERY = 400;
const GIVE_UP_LOST = 20; // looks without any payment known: the request never arrived

export function takingCash(begun, { done, failed }) {
  const { hold } = sale;
  const currency = hold.quote.currency;
  const written = (amount) => money({ amount, currency });
  let over = false;
  let looking = false;
  let late = false; // the hold has ended while money was in
  let shown = "";
  let looks = 0;
  pauseIdle(true);

  const [bar, stopBar] = heldBar("pay", { every: 1000, onstate: (state) => state.booking && end(done)(state), onend: holdEnds });
  const timer = setInterval(look, LOOK_EVERY);
  const panel = h("div", { class: "cash" });
  const back = h("button", { class: "tool", type: "button", id: "cash-stop", onclick: giveBack }, t("pay.other"));
  frame({ step: "waiting", title: t("cash.title"), lede: t("pay.waiting_lede") });
  document.getElementById("back").replaceChildren(back);
  content(bar, journeyLines(), panel);
  draw({ status: "taking", wanted: begun.amount?.amount ?? hold.quote.total, inserted: 0, used: 0, mode: sale.devices?.cash?.mode ?? "any", values: sale.devices?.cash?.values ?? [] });
  look();

  function end(work) {
    return (...given) => {
      if (over) return;
      over = true;
      clearInterval(timer);
      stopBar();
      pauseIdle(false);
      work(...given);
    };
  }

  async function look() {
    if (looking || over) return;
    looking = true;
    const state = await lookAtPayment();
    looking = false;
    if (over || !state) return;
    looks += 1;
    if (state.cash) follow(state.cash);
    else if (begun.lost && looks > GIVE_UP_LOST) end(failed)(t("pay.not_begun"));
  }

  async function follow(cash) {
    if (cash.used) {
      const state = await lookUp();
      if (state?.booking) end(done)(state);
    } else if (cash.stale && !cash.inserted) end(failed)(t("cash.no_answer"));
    else if (cash.status === "done") leaveWith(cash.paid_out ? t("cash.returned", { amount: written(cash.paid_out) }) : "");
    else if (cash.status === "owed") owed(cash);
    else draw(cash);
  }

  function leaveWith(words) {
    if (late) end(runOut)();
    else end(failed)(words);
  }

  function draw(cash) {
    const fingerprint = JSON.stringify([cash.status, cash.inserted, cash.left, cash.values, cash.mode]);
    if (fingerprint === shown) return;
    const before = shown;
    shown = fingerprint;
    const returning = cash.status !== "taking";
    back.hidden = returning;
    back.textContent = t(cash.inserted ? "cash.stop" : "pay.other");
    replace(panel, returning ? returned(cash) : taken(cash));
    if (!before) return;
    if (returning) sayNow(t("cash.take", { amount: written(cash.left) }));
    else say(t("cash.said", { inside: written(cash.inserted), left: written(Math.max(0, cash.wanted - cash.inserted)) }));
  }

  function taken({ wanted, inserted, mode, values }) {
    const left = Math.max(0, wanted - inserted);
    const fill = h("div", { class: "fill" });
    fill.style.inlineSize = `${Math.min(100, (100 * inserted) / wanted)}%`;
    return [
      h("div", { class: "cash-sum" }, h("div", { class: "lede" }, t("cash.left")), h("div", { class: "amount", id: "cash-left", "data-amount": left }, written(left))),
      h("div", { class: "meter", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": wanted, "aria-valuenow": inserted, "aria-label": t("cash.title") }, fill),
      h("p", { class: "lede", id: "cash-in", "data-amount": inserted }, t("cash.in", { amount: written(inserted), total: written(wanted) })),
      h("div", { class: "pieces-box" }, h("p", { class: "lede" }, t("cash.takes")),
        h("ul", { class: "pieces" }, values.map(({ value, coin }) => h("li", { class: coin ? "coin" : "note" }, figure({ amount: value, currency }))))),
      h("p", { class: mode === "exact" ? "notice" : "lede" }, t(mode === "exact" ? "cash.exact" : "cash.change")),
    ];
  }

  function returned({ left, status }) {
    setWords(t("cash.back_title"), late ? t("cash.late") : t("pay.waiting_lede"));
    return [
      h("div", { class: "spin", "aria-hidden": "true" }),
      h("h2", {}, t(status === "stopping" ? "cash.stopping" : "cash.take_title")),
      h("div", { class: "amount" }, written(left)),
      h("p", { class: "lede" }, t("cash.take_text")),
    ];
  }

  // What could not be given back is said until somebody has read it.
  function owed(cash) {
    if (shown === "owed") return;
    shown = "owed";
    pauseIdle(false);
    setWords(t("owed.title"), "");
    back.hidden = true;
    replace(panel, owedNotice(cash));
    document.getElementById("next").replaceChildren(nextButton(t("owed.read"), () => leaveWith("")));
    sayNow(t("owed.text", { amount: written(cash.left), code: cash.slip }));
  }

  async function giveBack() {
    back.disabled = true;
    try {
      await post(`/holds/${hold.reservation_id}/cash/stop`);
    } catch { /* the next touch asks again */ }
    back.disabled = false;
    look();
  }

  function holdEnds() {
    if (late || over) return;
    late = true;
    giveBack();
  }
}

export function owedNotice({ left, currency, slip }) {
  const amount = money({ amount: left, currency });
  return h("div", { class: "owed" }, h("p", { class: "notice stop" }, t("owed.text", { amount, code: slip })), h("div", { class: "ref" }, slip));
}
