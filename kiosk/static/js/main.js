// Puts the kiosk together: language, clock, tools, heartbeat, the watch for nobody being there, and the first step.

import { office } from "./office.js";
import { useLanguage } from "./i18n.js";
import { learnTime } from "./servertime.js";
import { startStationClock } from "./clock.js";
import { watchTheLight } from "./light.js";
import { startTools } from "./prefs.js";
import { startSpeech } from "./speech.js";
import { startHeartbeat } from "./heartbeat.js";
import { watchIdle } from "./idle.js";
import { watchNetwork } from "./network.js";
import { heedService } from "./orders.js";
import { watchLetters } from "./farfonts.js";
import { watchScrolling } from "./scrolling.js";
import { again, go, isFresh, leave, loadAhead, step, stepLater } from "./flow.js";
import { board } from "./steps/board.js";
import { seats } from "./steps/seats.js";
import { pay } from "./steps/pay.js";
import { ticket } from "./steps/ticket.js";
import { closed } from "./steps/closed.js";

// What takes money and what says that nothing is sold comes with the first screen: neither may wait for the network.
Object.entries({ board, seats, pay, ticket, closed }).forEach(([name, enter]) => step(name, enter));
stepLater("details", async () => (await import("./steps/details.js")).details);
stepLater("wayback", async () => (await import("./steps/wayback.js")).wayback);
stepLater("voucher", async () => (await import("./steps/voucher.js")).voucher);
for (const name of ["find", "booking", "refund", "reseat"]) stepLater(name, async () => (await import("./afterwards.js"))[name]);
learnTime(office.now);
await useLanguage(office.language);
startStationClock();
watchTheLight(isFresh);
startTools(again);
startSpeech();
startHeartbeat();
watchNetwork();
watchIdle(leave, isFresh);
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("pagehide", () => leave({ quietly: true }));
heedService(office.out_of_order);
if (!office.out_of_order) go("board");
watchLetters();
watchScrolling();
requestIdleCallback(loadAhead, { timeout: 3000 });
