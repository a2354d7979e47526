// While the terminal, the phone or the till is at work: calm, the hold's clock in sight, the answer looked up each second.

import { post, newKey } from "../api.js";
import { h } from "../dom.js";
import { money } from "../format.js";
import { t } from "../i18n.js";
import { content, frame } from "../screen.js";
import { sale } from "../sale.js";
import { go } from "../flow.js";
import { pauseIdle } from "../idle.js";
import { heldBar, runOut } from "./held.js";
import { askingForCard } from "../devices/card.js";
import { takingCash } from "../devices/cash.js";
import { journeyLines } from "./trip.js";

const LOOK_EVERY = 1000;
const GIVE_UP_LOST = 8; // looks without any payment known: the request never arrived

export function waiting(begun, { done, failed }) {
  if (begun.booking) return done(begun);
  if (begun.status === "failed") return failed(t("pay.failed"));
  const method = begun.method ?? sale.method;
  sale.paidInCash = method === "cash";
  if (method === "cash") return takingCash(begun, { done, failed });
  if (begun.terminal || (begun.lost && method === "card" && sale.devices?.terminal)) return askingForCard(begun, { done, failed });
  const { hold } = sale;
  let looks = 0;
  let over = false;
  pauseIdle(true);

  const end = (work) => (...given) => {
    if (over) return;
    over = true;
    stop();
    pauseIdle(false);
    work(...given);
  };
  const [bar, stop] = heldBar("pay", { every: LOOK_EVERY, onstate: look, onend: end(runOut) });
  const other = h("button", { class: "tool", type: "button", id: "other-method", onclick: end(cancel) }, t("pay.other"));

  frame({ step: "waiting", title: t("pay.waiting"), lede: t("pay.waiting_lede") });
  document.getElementById("back").replaceChildren(other);
  content(bar, journeyLines(), h("div", { class: "waiting" },
    begun.qr ? h("div", { class: "phone-code" }, h("img", { src: begun.qr, alt: t("pay.code") })) : h("div", { class: "spin", "aria-hidden": "true" }),
    h("h2", {}, t(`wait.${method}`)),
    h("div", { class: "amount" }, money(begun.amount ?? { amount: hold.quote.total, currency: hold.quote.currency })),
    h("p", { class: "lede" }, t(`wait.${method}.text`))));

  function look(state) {
    looks += 1;
    if (state.booking) return end(done)(state);
    const [last] = state.payments ?? [];
    if (last?.status === "failed") return end(failed)(t("pay.failed"));
    if (begun.lost && !last && looks > GIVE_UP_LOST) end(failed)(t("pay.not_begun"));
  }

  // The payment that was begun may still arrive: then it counts, and the ticket is shown.
  async function cancel() {
    go("pay");
  }
}
