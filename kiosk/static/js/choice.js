// Which seats are chosen, pure: how touches, more passengers and seats that go change the choice.

export function toggled(chosen, seat, wanted) {
  const mine = chosen.some(({ id }) => id === seat.id);
  if (mine && wanted === 1) return chosen; // one traveller always has a seat
  if (mine) return chosen.filter(({ id }) => id !== seat.id);
  const kept = chosen.length >= wanted ? chosen.slice(chosen.length - wanted + 1) : chosen;
  return [...kept, seat];
}

// Keep what was chosen by hand and add the nearest free seats; [] when there are not enough.
export function completed(chosen, seats, isFree, wanted) {
  const result = chosen.slice(0, wanted);
  while (result.length < wanted) {
    const next = nearest(result, seats.filter((seat) => isFree(seat) && !result.includes(seat) && !setAside(seat)));
    if (!next) return [];
    result.push(next);
  }
  return result;
}

const setAside = (seat) => ["wheelchair", "companion"].some((word) => word === seat.type || seat.features.includes(word));

function nearest(chosen, candidates) {
  const distance = (seat) => Math.min(...chosen.map((mine) =>
    Math.abs(mine.row - seat.row) * 10 + Math.abs(mine.column - seat.column) + Math.abs(mine.deck - seat.deck) * 1000));
  if (!chosen.length) return candidates[0];
  return candidates.reduce((best, seat) => (!best || distance(seat) < distance(best) ? seat : best), null);
}
