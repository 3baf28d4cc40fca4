// Both channels on one time axis: wavesurfer draws the waveforms and owns zoom and scroll, the lanes
// under it follow.
"use strict";

(() => {
  const D = Datagen;
  const { html } = D;
  const { useEffect, useRef } = preactHooks;
  const WAVE = 54;

  /** Pulls what canvases need out of a page, once. */
  D.prepare = (page) => {
    page.words ??= [];
    page.events ??= [];
    page.turns ??= [];
    page.factOf = new Map();
    (page.facts || []).forEach((fact, n) => {
      for (const [first, last] of fact.said) {
        for (let i = first; i <= last; i++) page.factOf.set(i, n);
      }
    });
    page.ofTurn = page.turns.map(() => []);
    page.words.forEach((word, n) => page.ofTurn[word[4]]?.push(n));
    page.unsaid = page.turns
      .filter((turn) => turn.unsaid)
      .map((turn) => {
        const later = page.words.filter((w) => w[0] === turn.speaker[0] && w[2] >= turn.end);
        const next = Math.min(page.num_samples, ...later.map((w) => w[2]));
        return { speaker: turn.speaker, text: turn.unsaid, start: turn.end, next };
      });
    page.calls = (page.actions || []).map((action) => placedCall(page, action)).filter(Boolean);
    return page;
  };

  /** When a tool was called and answered, by whatever the record says of it. */
  function placedCall(page, action) {
    const first = (names) => names.map((n) => action[n]).find((v) => Number.isInteger(v));
    const turn = page.turns[action.turn];
    const from = first(["issued", "call", "start"]) ?? turn?.start;
    const to = first(["answered", "returned", "end"]) ?? turn?.end;
    if (from == null || to == null) return null;
    return { ...action, from, to: Math.max(to, from + 1200), name: action.tool || action.name || "" };
  }

  class Axis {
    constructor(root, page, player, onMove) {
      Object.assign(this, { root, page, player, onMove, zoomed: 0, pictures: [] });
      this.wave = root.querySelector(".wave");
      this.canvases = Object.fromEntries(
        [...root.querySelectorAll("canvas[data-lane]")].map((c) => [c.dataset.lane, c]),
      );
      this.playhead = root.querySelector(".playhead");
      this.colours = D.palette();
      this.lit = { agent: -1, user: -1 };
      this.resize = new ResizeObserver(() => this.draw());
      this.resize.observe(this.wave);
    }

    /** Show a sound; its place and whether it plays stay as they were. */
    load(url, envelope) {
      const channels = envelope.channels.map((text) =>
        Float32Array.from(D.bytes(text), (b) => (b / 255) ** 2),
      );
      const loudest = Math.max(0.02, ...channels.map((c) => c.reduce((m, v) => Math.max(m, v), 0)));
      const playing = !this.player.audio.paused;
      this.player.wanted ??= this.player.audio.currentTime;
      const rate = this.player.audio.playbackRate;
      this.surfer?.destroy();
      this.surfer = WaveSurfer.create({
        container: this.wave,
        media: this.player.audio,
        url,
        peaks: channels,
        duration: this.page.num_samples / D.RATE,
        splitChannels: D.SPEAKERS.map((s) => this.style(s)),
        height: WAVE,
        barHeight: 0.94 / loudest,
        minPxPerSec: this.zoomed,
        cursorWidth: 0,
        dragToSeek: false,
        autoScroll: true,
        autoCenter: false,
        hideScrollbar: false,
        audioRate: rate,
        cspNonce: document.querySelector('meta[name="style-nonce"]')?.content,
      });
      this.surfer.on("scroll", () => this.draw());
      this.surfer.on("redraw", () => this.draw());
      this.surfer.on("ready", () => {
        if (playing) this.player.audio.play().catch(() => {});
        this.draw();
      });
      this.surfer.on("error", () => {});
    }

    style(speaker) {
      return { waveColor: this.colours[`${speaker}-wave`], progressColor: this.colours[speaker] };
    }

    restyle() {
      this.surfer?.setOptions({ splitChannels: D.SPEAKERS.map((s) => this.style(s)) });
      this.pictures = [];
      this.draw();
    }

    view(height) {
      const width = this.wave.clientWidth;
      const px = Math.max(this.zoomed, width / (this.page.num_samples / D.RATE));
      return { px, left: this.surfer?.getScroll() || 0, width, height };
    }

    /** Zoom so that a second is `px` wide, and a moment stays where it is. */
    zoom(px, around) {
      const before = this.view(0);
      const fit = before.width / (this.page.num_samples / D.RATE);
      const moment = around ?? this.player.audio.currentTime;
      const x = moment * before.px - before.left;
      this.zoomed = Math.min(900, Math.max(fit, px));
      if (this.zoomed <= fit) this.zoomed = 0;
      this.surfer?.zoom(this.zoomed);
      const px2 = this.view(0).px;
      const inside = x >= 0 && x <= before.width ? x : before.width / 2;
      this.surfer?.setScroll(Math.max(0, moment * px2 - inside));
      this.draw();
    }

    zoomBy(factor, around) {
      this.zoom(this.view(0).px * factor, around);
    }

    /** The moment under the mouse, in seconds. */
    moment(event) {
      const view = this.view(0);
      return (event.clientX - this.wave.getBoundingClientRect().left + view.left) / view.px;
    }

    show(seconds) {
      const view = this.view(0);
      const x = seconds * view.px - view.left;
      if (x < 0 || x > view.width * 0.95) {
        this.surfer?.setScroll(Math.max(0, seconds * view.px - view.width / 4));
      }
    }

    draw() {
      if (this.pending) return;
      this.pending = requestAnimationFrame(() => {
        this.pending = 0;
        this.drawNow();
      });
    }

    drawNow() {
      const { page, canvases, colours } = this;
      const lanes = D.lanes;
      const on = (name, paint) => {
        const canvas = canvases[name];
        if (canvas?.clientHeight) paint(canvas, this.view(canvas.clientHeight));
      };
      on("ruler", (c, v) => lanes.ruler(c, v, colours));
      for (const [side, speaker] of D.SPEAKERS.entries()) {
        on(`words-${speaker}`, (c, v) => lanes.words(c, v, colours, page, speaker, this.lit[speaker]));
        on(`spectrum-${speaker}`, (c, v) => this.spectrum(c, v, side));
        if (page.tokens) {
          const rows = page.tokens[speaker];
          on(`codes-${speaker}`, (c, v) => lanes.codes(c, v, colours, page.tokens, rows.semantic));
          on(`text-${speaker}`, (c, v) => lanes.text(c, v, colours, page.tokens, rows.text, speaker));
        }
      }
      on("events", (c, v) => lanes.events(c, v, colours, page.loud));
      on("silences", (c, v) => lanes.events(c, v, colours, page.quiet));
      on("actions", (c, v) => lanes.actions(c, v, colours, page.calls));
      this.movePlayhead();
    }

    spectrum(canvas, view, side) {
      if (!this.levels) return;
      const { channels, bands, rate } = this.levels;
      this.pictures[side] ??= D.lanes.picture(channels[side], bands, this.colours);
      D.lanes.spectrum(canvas, view, this.pictures[side], rate);
    }

    movePlayhead() {
      const view = this.view(0);
      const x = this.player.audio.currentTime * view.px - view.left;
      this.playhead.style.transform = `translateX(${x}px)`;
      this.playhead.hidden = x < 0 || x > view.width;
    }

    /** Light the words that are being said; returns true if they changed. */
    light(samples) {
      let changed = false;
      for (const speaker of D.SPEAKERS) {
        const found = this.page.words.findIndex(
          (w) => w[0] === speaker[0] && w[2] <= samples && samples < w[3],
        );
        changed ||= found !== this.lit[speaker];
        this.lit[speaker] = found;
      }
      return changed;
    }

    close() {
      cancelAnimationFrame(this.pending);
      this.resize.disconnect();
      this.surfer?.destroy();
    }
  }

  function Lane({ name, label, short, height, hidden, children }) {
    if (hidden) return null;
    return html`<div class="lane" data-of=${name}>
      <span class="lane-name"><span class="long">${label}</span><span class="short">${short}</span></span>
      ${children || html`<canvas data-lane=${name} style=${{ height: `${height}px` }}></canvas>`}
    </div>`;
  }

  /** The component; it hands its Axis to `onAxis`, and tells where the mouse is to `onHover`. */
  D.Timeline = ({ page, player, shown, onAxis }) => {
    const root = useRef();
    const axis = useRef();
    const tip = useRef();
    page.loud ??= page.events.filter((e) => !D.lanes.SILENCES.includes(e.type) && !D.lanes.HIDDEN.includes(e.type));
    page.quiet ??= page.events.filter((e) => D.lanes.SILENCES.includes(e.type));
    useEffect(() => {
      axis.current = new Axis(root.current, page, player);
      onAxis(axis.current);
      return () => axis.current.close();
    }, [page]);
    useEffect(() => {
      const a = axis.current;
      a.canvases = Object.fromEntries(
        [...root.current.querySelectorAll("canvas[data-lane]")].map((c) => [c.dataset.lane, c]),
      );
      a.draw();
    }, [page, shown.tokens, shown.spectrum]);
    const under = (event) => {
      const a = axis.current;
      const samples = a.moment(event) * D.RATE;
      const lane = event.target.dataset?.lane || "";
      return { samples, lane, text: D.under(page, lane, samples, a.view(0).px) };
    };
    const hover = (event) => {
      if (!event.target.dataset?.lane) return (tip.current.hidden = true);
      const { text } = under(event);
      tip.current.hidden = !text;
      if (!text) return null;
      tip.current.textContent = text;
      const box = root.current.getBoundingClientRect();
      const x = Math.min(event.clientX - box.left + 12, box.width - tip.current.offsetWidth - 4);
      tip.current.style.left = `${Math.max(0, x)}px`;
      tip.current.style.top = `${event.clientY - box.top + 16}px`;
      return null;
    };
    const wheel = (event) => {
      const a = axis.current;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        a.zoomBy(Math.exp(-event.deltaY / 300), a.moment(event));
      } else if (event.target.dataset?.lane && (event.deltaX || event.shiftKey)) {
        event.preventDefault();
        a.surfer?.setScroll(a.view(0).left + (event.deltaX || event.deltaY));
      }
    };
    useEffect(() => {
      const node = root.current;
      node.addEventListener("wheel", wheel, { passive: false });
      return () => node.removeEventListener("wheel", wheel);
    }, [page]);
    const click = (event) => {
      if (event.target.dataset?.lane) player.seek(axis.current.moment(event));
    };
    const has = (name) => page.num_samples > 0 && name;
    return html`<section class="timeline" aria-label="Time line" ref=${root}
        onMouseMove=${hover} onMouseLeave=${() => (tip.current.hidden = true)} onClick=${click}>
      <${Lane} name="ruler" label="" short="" height=${20} />
      <${Lane} name="wave" label="" short="">
        <div class="wave-names" aria-hidden="true">
          <span class="of-agent"><span class="long">agent</span><span class="short">A</span></span>
          <span class="of-user"><span class="long">user</span><span class="short">U</span></span>
        </div>
        <div class="wave" style=${{ height: `${2 * WAVE + 14}px` }}></div>
      <//>
      ${D.SPEAKERS.map((s) => html`<${Lane} name=${`spectrum-${s}`} label=${`${s} 0–8k`}
        short=${s[0].toUpperCase()} height=${56} hidden=${!shown.spectrum} />`)}
      ${D.SPEAKERS.map((s) => html`<${Lane} name=${`words-${s}`} label=${`${s} says`}
        short=${s[0].toUpperCase()} height=${24} />`)}
      <${Lane} name="events" label="events" short="ev" height=${18} />
      <${Lane} name="silences" label="silences" short="–" height=${12} />
      <${Lane} name="actions" label="tools" short="fn" height=${18} hidden=${!page.calls.length} />
      ${has("tokens") && page.tokens && shown.tokens && D.SPEAKERS.map((s) => html`
        <${Lane} name=${`codes-${s}`} label=${`${s} codes`} short=${s[0].toUpperCase()} height=${17} />
        <${Lane} name=${`text-${s}`} label=${`${s} text`} short=${s[0].toUpperCase()} height=${17} />`)}
      <div class="playhead-room" aria-hidden="true"><div class="playhead" hidden></div></div>
      <div class="tip" role="status" hidden ref=${tip}></div>
    </section>`;
  };

  /** What lies at a moment of a lane, in words. */
  D.under = (page, lane, samples, px) => {
    const near = (3 / px) * D.RATE;
    const within = (e) => e.start - near <= samples && samples <= Math.max(e.end, e.start) + near;
    const [kind, speaker] = lane.split("-");
    if (kind === "events" || kind === "silences") {
      const found = (kind === "events" ? page.loud : page.quiet).filter(within);
      return found.map((e) => D.eventText(e)).join("\n");
    }
    if (kind === "actions") {
      const found = page.calls.filter((c) => c.from <= samples && samples <= c.to);
      return found.map((c) => `${c.name}: ${D.clock(c.from)} to ${D.clock(c.to)}, ${(c.to - c.from) / D.RATE} s`).join("\n");
    }
    if (kind === "words") {
      const word = page.words.find((w) => w[0] === speaker[0] && w[2] <= samples && samples < w[3]);
      if (!word) return "";
      const sure = word[5] == null ? "" : `, confidence ${word[5]}`;
      return `${word[1]} (${D.clock(word[2])}, ${((word[3] - word[2]) / D.RATE).toFixed(2)} s${sure})`;
    }
    if ((kind === "codes" || kind === "text") && page.tokens) {
      const n = Math.floor(samples / page.tokens.frame);
      const row = page.tokens[speaker];
      const token = row.text[n];
      if (token == null) return "";
      const name = token === page.tokens.pad ? "PAD" : token === page.tokens.epad ? "EPAD" : JSON.stringify(page.tokens.pieces[token] ?? "");
      return `frame ${n} (${D.clock(n * page.tokens.frame)}): semantic ${row.semantic[n]}, text ${token} ${name}`;
    }
    return "";
  };

  D.eventText = (event) => {
    const seconds = (event.end - event.start) / D.RATE;
    const last = seconds > 0 ? `, ${seconds.toFixed(2)} s` : "";
    const cause = event.cause && event.cause !== "script" ? ` (${D.words(event.cause)})` : "";
    const text = event.text ? `: ${event.text}` : "";
    return `${D.words(event.type)} of the ${event.speaker}${cause} at ${D.clock(event.start)}${last}${text}`;
  };
})();
