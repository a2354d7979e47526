// Puts the kiosk together: language, clock, tools, heartbeat, the watch for nobody being there, and the first step.

import { office } from "./office.js";
import { useLanguage } from "./i18n.js";
import { learnTime } from "./servertime.js";
import { startStationClock } from "./clock.js";
import { startTools } from "./prefs.js";
import { startSpeech } from "./speech.js";
import { startHeartbeat } from "./heartbeat.js";
import { watchIdle } from "./idle.js";
import { watchNetwork } from "./network.js";
import { heedService } from "./orders.js";
import { again, go, isFresh, leave, step } from "./flow.js";
import { board } from "./steps/board.js";
import { seats } from "./steps/seats.js";
import { details } from "./steps/details.js";
import { pay } from "./steps/pay.js";
import { ticket } from "./steps/ticket.js";
import { find } from "./steps/find.js";
import { booking } from "./steps/booking.js";
import { refund } from "./steps/refund.js";
import { reseat } from "./steps/reseat.js";
import { closed } from "./steps/closed.js";

Object.entries({ board, seats, details, pay, ticket, find, booking, refund, reseat, closed }).forEach(([name, enter]) => step(name, enter));
learnTime(office.now);
await useLanguage(office.language);
startStationClock();
startTools(again);
startSpeech();
startHeartbeat();
watchNetwork();
watchIdle(leave, isFresh);
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("pagehide", () => leave({ quietly: true }));
heedService(office.out_of_order);
if (!office.out_of_order) go("board");
