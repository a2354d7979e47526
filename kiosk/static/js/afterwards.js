// The steps of somebody who comes back with a booking: one file on the way to the browser, which loads it ahead.

export { find } from "./steps/find.js";
export { booking } from "./steps/booking.js";
export { refund } from "./steps/refund.js";
export { reseat } from "./steps/reseat.js";
