// Where everything of a seat plan lies, in units of the drawing: a seat is 84, its place on the grid 94. No elements here.
// A vehicle stands upright (front at the top) or lies on its side (front at the left, its left side at the bottom); the
// rows of a hall with a stage are arcs around it.

export const CELL = 94;
export const SEAT = 84;
const PAD = 46;
const NOSE = 210;
const WING = 90;

const has = (layout, ...kinds) => layout.fixtures.some(({ kind }) => kinds.includes(kind));

// "hall" has no front to travel to, "aircraft" has a nose and wings, all else is a "coach".
export function shapeOf(layout) {
  if (has(layout, "stage", "screen")) return "hall";
  return has(layout, "wing", "exit") ? "aircraft" : "coach";
}

// The row's own name in a seat's number: 12 of 12A, C of C7; nothing where seats are only counted.
export const rowName = (number) => (/^(\d+)[A-Z]$/.exec(number) ?? /^([A-Z]{1,2})-?\d+$/.exec(number))?.[1] ?? null;

export class Geometry {
  #layout;
  #filled;
  #radius;
  #rise = 0;

  constructor({ layout, seats }, lying) {
    this.shape = shapeOf(layout);
    this.lying = lying && this.shape !== "hall";
    this.#layout = layout;
    this.#filled = new Set([...seats, ...layout.fixtures].map(({ deck = 0, row, column }) => `${deck} ${row} ${column}`));
    this.#radius = has(layout, "stage") ? layout.columns * CELL * 1.25 : 0;
    if (this.#radius) this.#rise = this.#bend(0, 0)[1] * -1;
  }

  get sides() {
    return this.shape === "aircraft" ? WING : PAD;
  }

  get front() {
    if (this.shape === "coach") return PAD;
    return this.shape === "hall" ? PAD + this.#rise : NOSE;
  }

  // Width and height of a deck as it is drawn.
  get size() {
    const { rows, columns } = this.#layout;
    const across = columns * CELL + 2 * this.sides;
    const along = rows * CELL + this.front + (this.shape === "aircraft" ? CELL : PAD);
    return this.lying ? [along, across] : [across, along];
  }

  // The middle of a place, and by how many degrees what stands there is turned.
  spot(thing) {
    const { row, column } = thing;
    const along = this.front + row * CELL + (CELL * this.length(thing)) / 2;
    const across = this.sides + column * CELL + CELL / 2;
    if (this.lying) return { x: along, y: this.size[1] - across, turn: 0 };
    if (!this.#radius) return { x: across, y: along, turn: 0 };
    const [x, y, turn] = this.#bend(row, column);
    return { x: this.size[0] / 2 + x, y: along + y, turn };
  }

  // How many places of the grid it takes lengthwise: a berth takes the free one behind it, too.
  length(seat) {
    if (!lies(seat) || seat.row + 1 >= this.#layout.rows) return 1;
    return this.#filled.has(`${seat.deck} ${seat.row + 1} ${seat.column}`) ? 1 : 2;
  }

  // Width and height of what one sits or lies on.
  extent(seat) {
    const long = SEAT + (this.length(seat) - 1) * CELL;
    return this.lying ? [long, SEAT] : [SEAT, long];
  }

  // The nearest of `seats` in a direction (dx, dy), as it looks on the screen.
  neighbour(seat, [dx, dy], seats) {
    const here = this.spot(seat);
    let best = null;
    for (const other of seats) {
      if (other.deck !== seat.deck || other === seat) continue;
      const there = this.spot(other);
      const ahead = (there.x - here.x) * dx + (there.y - here.y) * dy;
      const aside = Math.abs((there.x - here.x) * dy) + Math.abs((there.y - here.y) * dx);
      const cost = ahead + aside * 3;
      if (ahead > 30 && (!best || cost < best.cost)) best = { cost, other };
    }
    return best?.other;
  }

  // Seen from the middle of the row: how far a place is aside, how far it is drawn towards the stage, and its turn.
  #bend(row, column) {
    const radius = this.#radius + row * CELL;
    const angle = ((column - (this.#layout.columns - 1) / 2) * CELL) / radius;
    return [radius * Math.sin(angle), radius * (Math.cos(angle) - 1), (-angle * 180) / Math.PI];
  }
}

export const lies = ({ type }) => type === "sleeper" || type === "semi_sleeper";
