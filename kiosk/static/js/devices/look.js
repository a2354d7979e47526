// How this machine's devices are, as the office knows it. The page never speaks to a device.

import { get } from "../api.js";
import { office } from "../office.js";
import { sale } from "../sale.js";

export const PRINTS = ["ok", "low", "unknown"];

// Before anybody pays: {printer, terminal, cash: {mode, values}}, each null when the machine does not have it.
export async function learnDevices() {
  const { hold } = sale;
  if (!hold) return null;
  try {
    const found = await get(`/devices?reservation=${hold.reservation_id}`);
    if (sale.hold === hold) sale.devices = found;
  } catch { /* what was known before stays */ }
  return sale.devices;
}

// While a payment or a print is going on: {cash, card, print} beside the conditions; null when nobody answers.
export async function lookAtPayment() {
  try {
    return await get(`/holds/${sale.hold.reservation_id}/devices`);
  } catch {
    return null;
  }
}

// What this machine can take just now.
export function methodsNow() {
  const devices = sale.devices;
  return [...office.methods, "voucher"].filter((name) => {
    if (name === "cash") return Boolean(sale.hold?.takes_cash && devices?.cash && devices.cash.mode !== "none");
    if (name === "card") return !devices?.terminal || devices.terminal === "ok";
    if (name === "voucher") return takesVoucher(sale.hold);
    return true;
  });
}

// A voucher is as good as money on every machine, for one departure at a time: both ways are paid at once.
const takesVoucher = (hold) => Boolean(hold?.quote && hold.quote.total > 0 && hold.legs.length === 1);

export const canPrint = () => !sale.devices?.printer || PRINTS.includes(sale.devices.printer);
export const hasPrinter = () => Boolean(sale.devices?.printer);
