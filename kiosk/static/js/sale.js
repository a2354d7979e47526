// What this traveller has chosen so far. It lives in this one object and is replaced as a whole when they leave.

const fresh = () => ({
  session: newSession(),
  trip: null, // the departure that was touched; with a way back that one, while the way there is set aside in `out`
  out: null, // {trip, plan, chosen, byHand, price}
  plan: null, // its seat plan, prices and policy
  counts: { adult: 1 },
  chosen: [], // seats, in order of choosing
  byHand: false, // whether the traveller touched a seat themselves
  hold: null, // the reservation while it lasts
  priceWas: null, // what the seats cost when they were chosen, if it is another price now
  names: {},
  email: "",
  method: "card",
  booking: null,
  found: null, // a booking that the traveller has shown to be theirs, with its key
  change: null, // what is held is for other seats of that booking
  devices: null, // how the machine's devices are, once seats are held
  withoutPaper: false, // agreed to: the code on the screen is the ticket
  paidInCash: false,
});

export const sale = fresh();

export function forget() {
  Object.assign(sale, fresh());
}

export const passengerCount = () => Object.values(sale.counts).reduce((sum, n) => sum + n, 0);

// The departures of this journey in the order of travel.
export const trips = () => [sale.out?.trip, sale.trip].filter(Boolean);

// One word a passenger, in the order of the seats: ["adult", "adult", "child"].
export const passengerTypes = () => Object.entries(sale.counts).flatMap(([type, n]) => Array(n).fill(type));

function newSession() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
