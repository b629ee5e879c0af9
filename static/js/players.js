/**
 * One transport per card. It drives the clips that are there, takes in new ones as takes succeed,
 * and plays only while the card is on the screen.
 */
import { Transport } from "./transport.js";

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** @type {WeakMap<Element, Player>} */
const players = new WeakMap();

class Player {
  #wanted = !still.matches;
  #visible = false;

  /** @param {HTMLElement} root an element with data-player */
  constructor(root) {
    this.root = root;
    const rates = [...root.querySelectorAll("[data-fps]")].map((take) => Number(/** @type {HTMLElement} */ (take).dataset.fps));
    this.transport = new Transport(Number(root.dataset.duration), Math.max(1, ...rates));
    this.bar = /** @type {HTMLElement} */ (root.querySelector("[data-transport]"));
    this.scrubber = /** @type {HTMLInputElement} */ (root.querySelector("[data-scrubber]"));
    this.timecode = /** @type {HTMLOutputElement} */ (root.querySelector("[data-timecode]"));
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector("[data-toggle]"));
    this.transport.onchange = () => this.#show();
    this.button.addEventListener("click", () => this.toggle());
    for (const step of root.querySelectorAll("[data-step]")) {
      step.addEventListener("click", () => this.step(Number(/** @type {HTMLElement} */ (step).dataset.step)));
    }
    this.scrubber.addEventListener("input", () => this.scrub(Number(this.scrubber.value)));
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("click", (event) => {
      if (event.target instanceof HTMLVideoElement) this.toggle();
    });
    if (!root.hasAttribute("tabindex")) root.tabIndex = -1;
    onScreen.observe(root);
    this.refresh();
  }

  /** Takes in the clips that the card holds now. */
  refresh() {
    const clips = [...this.root.querySelectorAll("video")].map((video) => {
      video.controls = false;
      const take = /** @type {HTMLElement} */ (video.closest("[data-take]"));
      return { video, fps: Number(take.dataset.fps) };
    });
    this.bar.hidden = clips.length === 0;
    this.transport.drive(clips);
    this.#follow();
  }

  /** @param {boolean} visible whether the card is on the screen */
  seen(visible) {
    this.#visible = visible;
    this.#follow();
  }

  toggle() {
    this.#wanted = !this.transport.playing;
    this.transport.toggle();
  }

  /** @param {number} frames */
  step(frames) {
    this.#wanted = false;
    this.transport.step(frames);
  }

  /** @param {number} frame */
  scrub(frame) {
    this.#wanted = false;
    this.transport.pause();
    this.transport.seek(frame);
  }

  #follow() {
    if (this.#wanted && this.#visible) this.transport.play();
    else this.transport.pause();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {Element} */ (event.target);
    if (this.bar.hidden || event.ctrlKey || event.altKey || event.metaKey) return;
    if (target.matches("button, a, summary") && event.key === " ") return;
    if (event.key === " ") this.toggle();
    else if (event.key === "ArrowLeft") this.step(event.shiftKey ? -10 : -1);
    else if (event.key === "ArrowRight") this.step(event.shiftKey ? 10 : 1);
    else return;
    event.preventDefault();
  }

  #show() {
    const { frame, frames, playing } = this.transport;
    this.bar.dataset.js = playing ? "playing" : "paused";
    const label = playing ? "Pause" : "Play";
    if (this.button.getAttribute("aria-label") !== label) this.button.setAttribute("aria-label", label);
    this.scrubber.max = String(frames - 1);
    this.scrubber.value = String(frame);
    this.scrubber.style.setProperty("--played", String(frames > 1 ? frame / (frames - 1) : 0));
    const words = `${clock(frame / this.transport.fps)} · ${frame + 1} of ${frames}`;
    this.scrubber.setAttribute("aria-valuetext", `frame ${frame + 1} of ${frames}`);
    if (this.timecode.textContent !== words) this.timecode.textContent = words;
  }
}

const onScreen = new IntersectionObserver((entries) => {
  for (const entry of entries) players.get(entry.target)?.seen(entry.isIntersecting);
}, { threshold: 0.25 });

/** @param {number} seconds @returns {string} 00:02.542 */
function clock(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${String(minutes).padStart(2, "0")}:${(seconds - 60 * minutes).toFixed(3).padStart(6, "0")}`;
}

function refreshAll() {
  for (const root of document.querySelectorAll("[data-player]")) {
    const known = players.get(root);
    if (known) known.refresh();
    else players.set(root, new Player(/** @type {HTMLElement} */ (root)));
  }
}

/** Makes a player of every card, now and after every swap. */
export function startPlayers() {
  refreshAll();
  document.addEventListener("htmx:after:swap", refreshAll);
  document.addEventListener("keydown", playerPageKeys);
}

/** @param {KeyboardEvent} event On the player page the keys work wherever no control has the focus. */
function playerPageKeys(event) {
  const root = document.querySelector(".player[data-player]");
  if (root && (event.target === document.body || event.target === document.getElementById("main"))) {
    // Only a key that the player took: Alt+Left and the scrolling keys are the browser's.
    if (!root.dispatchEvent(new KeyboardEvent("keydown", event))) event.preventDefault();
  }
}
