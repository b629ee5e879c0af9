/**
 * Plays several clips as one: a clock of its own, and every <video> steered to it.
 *
 * Frames are addressed by their middle, (i + 0.5) / fps: a seek to i / fps lands on the frame
 * before it in a third of all cases. The timeline has the frames of the fastest clip.
 */

/** A clip further off than this is sought; nearer ones are caught up by their playback rate. */
const SEEK_BEYOND_S = 0.25;
const IN_STEP_S = 0.012;

export class Transport {
  #videos = /** @type {HTMLVideoElement[]} */ ([]);
  #fps = /** @type {Map<HTMLVideoElement, number>} */ (new Map());
  #playing = false;
  #time = 0;
  #last = 0;
  #request = 0;

  /** Called with the transport after every change of time or state. */
  onchange = /** @type {(transport: Transport) => void} */ (() => {});

  /**
   * @param {number} duration seconds of every clip
   * @param {number} fps frames per second of the timeline: those of the fastest clip
   */
  constructor(duration, fps) {
    this.duration = duration;
    this.fps = fps;
  }

  /** @param {{video: HTMLVideoElement, fps: number}[]} clips the clips to drive from now on */
  drive(clips) {
    const added = clips.filter(({ video }) => !this.#videos.includes(video));
    this.#videos = clips.map(({ video }) => video);
    this.#fps = new Map(clips.map(({ video, fps }) => [video, fps]));
    for (const { video } of added) {
      video.loop = false;
      video.muted = true;
      this.#seek(video);
      if (this.#playing) play(video);
    }
    this.onchange(this);
  }

  get playing() { return this.#playing; }
  get time() { return this.#time; }
  get frames() { return Math.max(1, Math.round(this.duration * this.fps)); }
  get frame() { return Math.min(this.frames - 1, Math.floor(this.#time * this.fps + 1e-6)); }

  play() {
    if (this.#playing || !this.#videos.length) return;
    this.#playing = true;
    this.#last = performance.now();
    for (const video of this.#videos) play(video);
    this.#request = requestAnimationFrame(this.#tick);
    this.onchange(this);
  }

  /** Stops on a whole frame, the same in every clip. */
  pause() {
    if (!this.#playing) return;
    this.#playing = false;
    cancelAnimationFrame(this.#request);
    this.seek(this.frame);
  }

  toggle() {
    if (this.#playing) this.pause();
    else this.play();
  }

  /** @param {number} frame on the timeline; wraps around at both ends */
  seek(frame) {
    const wrapped = ((frame % this.frames) + this.frames) % this.frames;
    this.#time = (wrapped + 0.5) / this.fps;
    for (const video of this.#videos) {
      if (!this.#playing) video.pause();
      this.#seek(video);
    }
    this.onchange(this);
  }

  /** @param {number} frames to step by, negative for back; pauses */
  step(frames) {
    this.pause();
    this.seek(this.frame + frames);
  }

  /** @param {HTMLVideoElement} video goes to the middle of its own frame at the clock's time */
  #seek(video) {
    const fps = this.#fps.get(video) ?? this.fps;
    const last = Math.max(0, Math.round(this.duration * fps) - 1);
    video.playbackRate = 1;
    video.currentTime = (Math.min(last, Math.floor(this.#time * fps + 1e-6)) + 0.5) / fps;
  }

  #tick = (/** @type {number} */ now) => {
    if (!this.#playing) return;
    const elapsed = Math.min(0.25, Math.max(0, (now - this.#last) / 1000));
    this.#last = now;
    // The clock waits for the slowest clip, so that none falls behind for good; not for a broken one.
    if (this.#videos.every((video) => video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA || video.ended || video.error)) {
      this.#time += elapsed;
    }
    if (this.#time >= this.duration) this.#restart();
    for (const video of this.#videos) this.#steer(video);
    this.onchange(this);
    this.#request = requestAnimationFrame(this.#tick);
  };

  #restart() {
    this.#time = 0;
    for (const video of this.#videos) {
      video.currentTime = 0;
      play(video);
    }
  }

  /** @param {HTMLVideoElement} video is brought back to the clock: by rate when near, by a seek when far */
  #steer(video) {
    if (video.seeking || video.ended) return;
    if (video.paused) play(video);
    const drift = video.currentTime - this.#time;
    if (Math.abs(drift) > SEEK_BEYOND_S) {
      video.currentTime = this.#time;
      video.playbackRate = 1;
    } else {
      video.playbackRate = Math.abs(drift) < IN_STEP_S ? 1 : 1 - Math.max(-0.3, Math.min(0.3, drift * 2));
    }
  }
}

/** @param {HTMLVideoElement} video starts; a refusal or an interruption is no error, the next tick asks again */
function play(video) {
  video.play().catch(() => {});
}
