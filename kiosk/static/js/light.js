// Light by day and dark by night, where staff chose that for this machine. It changes only while nobody is at it.

import { office } from "./office.js";
import { serverNow } from "./servertime.js";

const LOOK_EVERY = 60_000;

export function watchTheLight(isFresh) {
  if (office.theme !== "clock") return; // the page came as it is to stay
  setInterval(() => { if (isFresh()) light(); }, LOOK_EVERY);
}

function light() {
  const [evening, morning] = office.dark_hours;
  const hour = Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: office.timezone }).format(serverNow()));
  const { dataset } = document.documentElement;
  if (hour >= evening || hour < morning) dataset.theme = "dark";
  else delete dataset.theme;
}
