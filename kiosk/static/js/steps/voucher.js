// Paying with a voucher: its code is scanned or typed; it pays all of the price, or a part and the rest is paid by card or in cash.

import { newKey, NoAnswer, post } from "../api.js";
import { h, replace } from "../dom.js";
import { figure, money } from "../format.js";
import { t } from "../i18n.js";
import { content, frame, nextButton } from "../screen.js";
import { sale } from "../sale.js";
import { go } from "../flow.js";
import { inWords } from "../problems.js";
import { say, sayNow } from "../announce.js";
import { screenKeyboard } from "../keyboard.js";
import { listenForScans } from "../devices/scanner.js";
import { methodsNow } from "../devices/look.js";
import { agreeOnPaper } from "../devices/paper.js";
import { methodChoice } from "./methods.js";
import { field } from "./field.js";
import { heldBar, stopButton } from "./held.js";
import { finish } from "./pay.js";
import { waiting } from "./waiting.js";

export function voucher() {
  const { hold } = sale;
  const path = `/holds/${hold.reservation_id}/voucher`;
  const code = field({ id: "voucher-code", label: t("voucher.code"), hint: t("voucher.code_hint"), required: true, keys: "code",
    inputmode: "text", maxlength: 100, valid: () => true, fault: t("voucher.code_fault") });
  const [bar, stopBar] = heldBar("pay", { onstate: (state) => state.booking && done(state) });
  const stopScans = listenForScans((text) => { code.input.value = text; look(); });
  let keys = null;
  let method = null;
  ask();

  function ask() {
    keys = screenKeyboard([code.input]);
    frame({ step: "voucher", title: t("voucher.title"), lede: t("voucher.lede"), back: { text: t("pay.title"), onclick: () => go("pay"), also: stopButton() }, next: nextButton(t("voucher.look"), look) });
    content(bar, h("form", { class: "form", autocomplete: "off", novalidate: true, onsubmit: (event) => { event.preventDefault(); look(); } },
      h("div", { class: "fields" }, code.element), h("button", { class: "unseen", tabindex: "-1", "aria-hidden": "true" })), keys.element);
    code.input.focus();
  }

  async function look() {
    if (!code.check()) return code.input.focus();
    try {
      const { pays, rest } = await post(path, { code: code.input.value.trim() });
      offer(pays, rest);
    } catch (error) {
      code.fault(inWords(error));
      code.input.focus();
    }
  }

  // What it pays is shown before anybody agrees; nothing has been taken yet.
  function offer(pays, rest) {
    const whole = rest.amount === 0;
    const ways = whole ? ["voucher"] : methodsNow().filter((name) => ["card", "cash"].includes(name));
    const next = nextButton(whole ? t("voucher.go") : t("pay.go", { amount: figure(rest) }), begin, { disabled: !ways.length });
    [method] = ways;
    keys?.stop();
    keys = null;
    frame({ step: "voucher", title: t("voucher.title"), back: { text: t("voucher.code"), onclick: ask, also: stopButton() }, next });
    content(bar, h("div", { class: "card" }, sums(pays, rest)),
      whole && h("p", { class: "notice calm", id: "voucher-pays-all" }, t("voucher.whole")),
      !whole && (ways.length ? [h("h2", {}, t("voucher.how")), methodChoice(ways, method, (name) => { method = name; })] : h("p", { class: "notice" }, t("voucher.no_rest"))));
    say(whole ? t("voucher.whole") : `${t("voucher.pays")} ${money(pays)}. ${t("voucher.rest")} ${money(rest)}`);
    next.focus();
  }

  // The same key for a touch whose answer was lost: a voucher is spent once.
  async function begin() {
    if (!(await agreeOnPaper())) return;
    const wish = { code: code.input.value.trim(), method, without_paper: sale.withoutPaper };
    stop();
    try {
      const begun = await post(`${path}/payments`, wish, newKey());
      waiting(begun, { done, failed });
    } catch (error) {
      if (error instanceof NoAnswer) waiting({ lost: true, method }, { done, failed });
      else go("pay", inWords(error));
    }
  }

  function done(state) {
    stop();
    finish(state);
  }

  function stop() {
    stopBar();
    stopScans();
    keys?.stop();
    keys = null;
  }

  return stop;
}

const failed = (words) => go("pay", words);

function sums(pays, rest) {
  const row = (words, amount, kind) => h("tr", { class: kind }, h("th", { scope: "row" }, words), h("td", {}, amount));
  return h("table", { class: "lines", id: "voucher-sums" }, h("tbody", {}, row(t("voucher.pays"), money(pays)), row(t("voucher.rest"), money(rest), "total")));
}
