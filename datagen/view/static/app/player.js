// One sound of two channels: plays, and lets each channel be muted or heard alone.
"use strict";

(() => {
  let context = null; // one for the page: browsers allow only a few

  class Player {
    constructor() {
      this.audio = new Audio();
      this.audio.preload = "auto";
      this.audio.preservesPitch = true;
      this.muted = { agent: false, user: false };
      this.solo = null;
      this.gains = null;
      this.wanted = null; // where to go as soon as there is a sound
      this.audio.addEventListener("play", () => this.connect());
      this.audio.addEventListener("loadedmetadata", () => {
        if (this.wanted !== null) this.audio.currentTime = this.wanted;
        this.wanted = null;
      });
    }

    /** Put gains between the sound and the ears; browsers want a gesture before that. */
    connect() {
      if (!this.gains) {
        context ??= new AudioContext();
        this.source = context.createMediaElementSource(this.audio);
        const splitter = context.createChannelSplitter(2);
        const merger = context.createChannelMerger(2);
        this.source.connect(splitter);
        this.gains = {};
        Datagen.SPEAKERS.forEach((speaker, from) => {
          this.gains[speaker] = [0, 1].map((to) => {
            const gain = context.createGain();
            splitter.connect(gain, from);
            gain.connect(merger, 0, to);
            return gain;
          });
        });
        merger.connect(context.destination);
        this.route();
      }
      if (context.state === "suspended") context.resume();
    }

    /** Which speakers are heard. */
    heard() {
      return Datagen.SPEAKERS.filter((s) => (this.solo ? s === this.solo : !this.muted[s]));
    }

    /** The agent is left and the user right; who is heard alone is in both ears. */
    route() {
      if (!this.gains) return;
      const heard = this.heard();
      Datagen.SPEAKERS.forEach((speaker, side) => {
        this.gains[speaker].forEach((gain, to) => {
          const on = heard.includes(speaker) && (to === side || heard.length === 1);
          gain.gain.setTargetAtTime(on ? 1 : 0, context.currentTime, 0.01);
        });
      });
    }

    mute(speaker) {
      this.solo = null;
      this.muted[speaker] = !this.muted[speaker];
      this.route();
    }

    alone(speaker) {
      this.solo = this.solo === speaker ? null : speaker;
      this.muted = { agent: false, user: false };
      this.route();
    }

    toggle() {
      if (this.audio.paused) this.audio.play().catch(() => {});
      else this.audio.pause();
    }

    /** Go on or back from where it is, or will be as soon as there is a sound. */
    skip(seconds) {
      this.seek((this.wanted ?? this.audio.currentTime) + seconds);
    }

    seek(seconds) {
      if (this.audio.readyState < 1) {
        this.wanted = Math.max(0, seconds);
        return;
      }
      this.wanted = null; // the event that would have gone there may still be on its way
      const last = Number.isFinite(this.audio.duration) ? this.audio.duration : seconds;
      this.audio.currentTime = Math.max(0, Math.min(last, seconds));
    }

    close() {
      this.audio.pause();
      this.audio.removeAttribute("src");
      this.audio.load();
      this.source?.disconnect();
    }
  }

  Datagen.Player = Player;
})();
