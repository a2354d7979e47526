// Seat changes of one schedule as they happen. Over the socket; every five seconds by asking when that is down.
// A gap in the numbers, another epoch or a new connection means: ask for the whole state again.

import { io } from "/vendor/socket.io-client/dist/socket.io.esm.min.js";
import { get } from "./api.js";
import { learnTime } from "./servertime.js";

const ASK_EVERY = 5000;
const WHOLE_EVERY = 30_000;

let socket = null;
let watching = null; // {id, onwhole, onchanges, epoch, n, joined, early}
let timers = [];

export function watchSeats(id, { onwhole, onchanges }) {
  stopWatching();
  const mine = { id, onwhole, onchanges, epoch: null, n: 0, joined: false, early: null };
  watching = mine;
  connect();
  timers = [setInterval(askIfDown, ASK_EVERY), setInterval(join, WHOLE_EVERY)];
  return () => { if (watching === mine) stopWatching(); };
}

export function stopWatching() {
  timers.forEach(clearInterval);
  timers = [];
  if (watching && socket?.connected) socket.emit("leave", { schedule_id: watching.id });
  watching = null;
}

function connect() {
  if (!socket) {
    socket = io("/seats", { transports: ["websocket", "polling"], tryAllTransports: true, reconnectionDelayMax: 4000 });
    socket.on("connect", join);
    socket.on("disconnect", () => { if (watching) watching.joined = false; });
    socket.on("snapshot", whole);
    socket.on("seats", changed);
  } else if (socket.connected) join();
  else socket.connect();
}

function join() {
  if (!watching || !socket?.connected) return;
  watching.early = [];
  socket.emit("join", { schedule_id: watching.id });
}

// A delta may overtake the snapshot that was read before it. What came since one asked is told again on top of it: a delta
// says all of its seats as the office told them last, so whatever is newer in the snapshot comes again with the next one.
function whole(message) {
  if (message.schedule_id !== watching?.id) return;
  watching.joined = true;
  learnTime(message.now);
  const early = watching.early ?? [];
  watching.early = null;
  watching.epoch = early.at(-1)?.epoch ?? null;
  watching.n = early.at(-1)?.n ?? 0;
  watching.onwhole(early.reduce((known, { whole, changes }) => (whole ? changes : [...known, ...changes]), message.changes));
}

function changed(message) {
  if (message.schedule_id !== watching?.id) return;
  watching.early?.push(message);
  if (!watching.joined) return;
  const follows = watching.epoch === null || (message.epoch === watching.epoch && message.n === watching.n + 1);
  if (!follows) return watching.early ? undefined : join();
  watching.epoch = message.epoch;
  watching.n = message.n;
  if (message.whole) watching.onwhole(message.changes);
  else watching.onchanges(message.changes);
}

async function askIfDown() {
  if (!watching || watching.joined) return;
  const { id } = watching;
  try {
    const message = await get(`/schedules/${id}/states`);
    if (watching?.id === id && !watching.joined) watching.onwhole(message.changes);
  } catch { /* the next round asks again */ }
}
