// How near one looks at a seat plan. It is scrolled by the browser itself (touch, wheel with Shift, keys), so that panning
// never waits for a script; nearer and farther by two fingers, the wheel, buttons, + and -. A small picture of the whole
// shows where one is.

import { drawing, h, svg } from "./dom.js";
import { t } from "./i18n.js";
import { CELL, SEAT } from "./seatgeometry.js";

const FINGER = 46; // CSS pixels of a seat: below that a plan scrolls
const LEGIBLE = 60;
const FAR = 40;
const LARGEST = 1.25;
const STEP = 1.5;

export class Zoom {
  #view;
  #plan;
  #drawings = [];
  #size = [1, 1];
  #geometry;
  #scale = 1;
  #whole = 1;
  #start = 1;
  #pinch = null;
  #planned = 0;
  #later = 0;
  #wished = null;
  #spots = new Map();
  #places = svg("path", { class: "places" });
  #mine = svg("path", { class: "mine" });
  #frame = svg("rect", { class: "frame", rx: 8 });

  constructor(view, plan) {
    this.#view = view;
    this.#plan = plan;
    this.overview = svg("svg", { class: "overview", "aria-hidden": "true", hidden: "" }, this.#places, this.#mine, this.#frame);
    this.works = false;
    view.addEventListener("scroll", () => this.#where(), { passive: true });
    view.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    view.addEventListener("touchstart", (event) => this.#begin(event), { passive: true });
    view.addEventListener("touchmove", (event) => this.#spread(event), { passive: false });
    view.addEventListener("touchend", () => this.#end());
    view.addEventListener("pointerdown", (event) => this.#drag(event));
    this.overview.addEventListener("pointerdown", (event) => this.#jump(event));
  }

  // Whether a drawing of that size can stand in the room with seats as large as a finger.
  static fits([width, height], room) {
    return Math.min(room.width / width, room.height / height) * SEAT >= FINGER;
  }

  get far() {
    return this.works && this.#scale * SEAT < FAR;
  }

  // Whether there is anything to zoom: what is only long (a train) is as wide as fingers need it, and scrolled.
  measure(geometry, size, room) {
    const height = Number.isFinite(room.height) ? room.height : innerHeight * 0.6;
    const across = geometry.lying ? { width: height, side: size[1] } : { width: room.width, side: size[0] };
    const hall = geometry.shape === "hall";
    this.works = !Zoom.fits(hall ? size : [across.side, 1], hall ? { width: room.width, height } : { ...across, height: Infinity });
    this.#whole = Math.min(room.width / size[0], (this.works ? height : room.height) / size[1], LARGEST);
    this.#start = hall && this.works ? this.#whole : Math.max(this.#whole, FINGER / SEAT);
    this.#geometry = geometry;
    this.#size = size;
  }

  // A hall begins whole. What is shown already stays as near as it is.
  show(drawings, deck) {
    const again = this.works && this.#drawings[0] === drawings[0];
    this.#drawings = drawings;
    this.overview.toggleAttribute("hidden", !this.works);
    this.#view.classList.toggle("zooms", this.works);
    if (!again) this.#view.classList.toggle("far", this.#start * SEAT < 30);
    this.#set(again ? Math.max(this.#scale, this.#whole) : this.#start);
    if (this.works) this.#sketch(deck);
  }

  buttons() {
    if (!this.works) return null;
    const button = (sign, name, onclick) => h("button", { type: "button", class: "round", id: `zoom-${name}`, "aria-label": t(`seats.zoom.${name}`), onclick }, sign);
    return h("div", { class: "zoom-buttons", role: "group", "aria-label": t("seats.zoom") },
      button("−", "out", () => this.#by(1 / STEP)), button("+", "in", () => this.#by(STEP)), button(drawing("whole"), "whole", () => this.#to(this.#whole)));
  }

  key(key) {
    const deeds = { "+": () => this.#by(STEP), "=": () => this.#by(STEP), "-": () => this.#by(1 / STEP), 0: () => this.#to(this.#whole) };
    if (!this.works || !deeds[key]) return false;
    deeds[key]();
    return true;
  }

  // To where a touch meant, near enough to read the numbers.
  nearer({ clientX, clientY }) {
    this.#to(LEGIBLE / SEAT, [clientX, clientY], true);
  }

  // Brings a seat into sight; one that has the focus is made large enough to be read.
  reveal(group, { first = false } = {}) {
    if (first && this.far) return this.#where();
    if (this.far) this.#set(LEGIBLE / SEAT);
    const [seat, room] = [group.getBoundingClientRect(), this.#view.getBoundingClientRect()];
    const margin = first ? room.height / 3 : CELL * this.#scale;
    this.#view.scrollBy({
      left: beyond(seat.left - margin - room.left, seat.right + margin - room.right),
      top: beyond(seat.top - margin - room.top, seat.bottom + margin - room.bottom), behavior: "instant",
    });
    return this.#where();
  }

  // The travellers' own seats, in the small picture.
  mark(seats) {
    this.#mine.setAttribute("d", seats.map((seat) => this.#spots.get(seat.id) ?? "").join(""));
  }

  #sketch(deck) {
    const geometry = this.#geometry;
    const [width, height] = this.#size;
    this.overview.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.overview.style.width = `${Math.min(9, (11 * width) / height)}rem`;
    const shown = this.#plan.seats.filter((seat) => deck === null || seat.deck === deck);
    this.#spots = new Map(shown.map((seat) => {
      const { x, y } = geometry.spot(seat);
      const aside = deck === null ? seat.deck * geometry.size[geometry.lying ? 1 : 0] : 0;
      return [seat.id, `M${Math.round(x - 36 + (geometry.lying ? 0 : aside))} ${Math.round(y - 36 + (geometry.lying ? aside : 0))}h72v72h-72z`];
    }));
    this.#places.setAttribute("d", [...this.#spots.values()].join(""));
  }

  #set(scale) {
    this.#scale = scale;
    const [width, height] = [this.#drawings[0].viewBox.baseVal.width, this.#drawings[0].viewBox.baseVal.height];
    for (const drawing of this.#drawings) {
      drawing.setAttribute("width", Math.floor(width * scale));
      drawing.setAttribute("height", Math.floor(height * scale));
    }
    // A thousand numbers come or go a moment after the new size, so that a touch is answered before they are set.
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#view.classList.toggle("far", this.#scale * SEAT < 30), 80);
  }

  #by(factor) {
    this.#to(this.#scale * factor);
  }

  // To a scale, so that the point of the screen stays where it is, or comes to the middle.
  #to(scale, point = this.#middle(), centre = false) {
    const room = this.#view.getBoundingClientRect();
    const before = this.#at(point);
    this.#set(Math.min(Math.max(scale, this.#whole), LARGEST));
    const to = centre ? this.#middle() : point;
    const [x, y] = this.#origin();
    this.#view.scrollLeft = before[0] * this.#scale + x - (to[0] - room.left);
    this.#view.scrollTop = before[1] * this.#scale + y - (to[1] - room.top);
    this.#where();
  }

  // Where the drawing begins inside what is scrolled.
  #origin() {
    const [room, first] = [this.#view.getBoundingClientRect(), this.#drawings[0].getBoundingClientRect()];
    return [first.left - room.left + this.#view.scrollLeft, first.top - room.top + this.#view.scrollTop];
  }

  #at([x, y]) {
    const first = this.#drawings[0].getBoundingClientRect();
    return [(x - first.left) / this.#scale, (y - first.top) / this.#scale];
  }

  #middle() {
    const { left, top, width, height } = this.#view.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  }

  #where() {
    if (!this.works) return;
    const { left, top, width, height } = this.#view.getBoundingClientRect();
    const [x, y] = this.#at([left, top]);
    const frame = { x, y, width: width / this.#scale, height: height / this.#scale };
    for (const [name, value] of Object.entries(frame)) this.#frame.setAttribute(name, Math.round(value));
    this.overview.classList.toggle("idle", this.#scale <= this.#whole * 1.05);
  }

  // Many turns of the wheel between two frames are one.
  #wheel(event) {
    if (!this.works || event.shiftKey) return;
    event.preventDefault();
    const wished = (this.#wished ?? this.#scale) * Math.exp(-event.deltaY * 0.0018);
    this.#wished = Math.min(Math.max(wished, this.#whole), LARGEST);
    const point = [event.clientX, event.clientY];
    this.#planned ||= requestAnimationFrame(() => {
      this.#planned = 0;
      this.#to(this.#wished, point);
      this.#wished = null;
    });
  }

  #begin({ touches }) {
    if (this.works && touches.length === 2) this.#pinch = { apart: apart(touches), point: between(touches), factor: 1 };
  }

  // While the fingers move the picture is only stretched; it is drawn sharp when they leave.
  #spread(event) {
    if (!this.#pinch || event.touches.length !== 2) return;
    event.preventDefault();
    this.#pinch.factor = apart(event.touches) / this.#pinch.apart;
    const content = this.#view.firstElementChild;
    const box = content.getBoundingClientRect();
    if (this.#pinch.origin === undefined) this.#pinch.origin = `${this.#pinch.point[0] - box.left}px ${this.#pinch.point[1] - box.top}px`;
    content.style.transformOrigin = this.#pinch.origin;
    content.style.transform = `scale(${this.#pinch.factor})`;
  }

  #end() {
    if (!this.#pinch) return;
    const { factor, point } = this.#pinch;
    this.#pinch = null;
    this.#view.firstElementChild.style.transform = "";
    this.#to(this.#scale * factor, point);
  }

  // With a mouse the plan is pulled; a touch scrolls it by itself.
  #drag(event) {
    if (!this.works || event.pointerType !== "mouse" || event.button !== 0) return;
    const from = [event.clientX + this.#view.scrollLeft, event.clientY + this.#view.scrollTop];
    const start = [event.clientX, event.clientY];
    let pulled = false;
    const move = ({ clientX, clientY }) => {
      pulled ||= Math.hypot(clientX - start[0], clientY - start[1]) > 6;
      if (pulled) this.#view.scrollTo({ left: from[0] - clientX, top: from[1] - clientY, behavior: "instant" });
    };
    const up = () => {
      removeEventListener("pointermove", move);
      if (pulled) this.#view.addEventListener("click", (click) => click.stopImmediatePropagation(), { capture: true, once: true });
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up, { once: true });
  }

  #jump({ clientX, clientY }) {
    const box = this.overview.getBoundingClientRect();
    const share = Math.min(box.width / this.#size[0], box.height / this.#size[1]);
    const [x, y] = [(clientX - box.left) / share, (clientY - box.top) / share];
    if (this.far) this.#set(LEGIBLE / SEAT);
    const [left, top] = this.#origin();
    this.#view.scrollTo({ left: x * this.#scale + left - this.#view.clientWidth / 2, top: y * this.#scale + top - this.#view.clientHeight / 2, behavior: "instant" });
    this.#where();
  }
}

const apart = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
const between = ([one, other]) => [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2];
// How far to scroll so that both edges are inside; 0 when they are.
const beyond = (before, after) => (before < 0 ? before : Math.max(0, after));
