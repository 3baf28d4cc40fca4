// One dialogue: player, time line, transcript, cards.
"use strict";

(() => {
  const D = Datagen;
  const { html } = D;
  const { useState, useEffect, useLayoutEffect, useRef, useMemo } = preactHooks;
  const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

  /** Fetch a dialogue; what is fetched for another one meanwhile is dropped. */
  function useDialogue(run, id, settings) {
    const [state, setState] = useState({});
    const query = JSON.stringify(settings);
    useEffect(() => {
      const stop = new AbortController();
      D.api.dialogue(run, id, settings, stop.signal).then(
        (page) => setState({ page: D.prepare(page), id, run }),
        (error) => error.name !== "AbortError" && setState({ fault: error.message, id, run }),
      );
      return () => stop.abort();
    }, [run, id, query]);
    return state.id === id && state.run === run ? state : { page: state.page, waiting: true };
  }

  function Bar({ page, player, axis, shown, setShown, sound, setSound, tick }) {
    const [, redraw] = useState(0);
    const again = () => redraw((n) => n + 1);
    useEffect(() => {
      const names = ["play", "pause", "ratechange", "ended"];
      names.forEach((n) => player.audio.addEventListener(n, again));
      window.addEventListener("datagen-channels", again);
      return () => {
        names.forEach((n) => player.audio.removeEventListener(n, again));
        window.removeEventListener("datagen-channels", again);
      };
    }, [player]);
    const toggle = (name) => setShown({ ...shown, [name]: !shown[name] });
    const playing = !player.audio.paused;
    return html`<div class="bar" role="toolbar" aria-label="Player">
      <button class="play" onClick=${() => player.toggle()} aria-label=${playing ? "Pause" : "Play"} title="space">${playing ? "❚❚" : "▶"}</button>
      <div class="group">
        <button onClick=${() => player.skip(-1)} aria-label="Back 1 second" title="←">−1 s</button>
        <button onClick=${() => player.skip(1)} aria-label="Forward 1 second" title="→">+1 s</button>
      </div>
      <span class="now"><output class="clock" ref=${tick} aria-label="Position">00:00.0</output> / ${D.clock(page.num_samples)}</span>
      <label class="speed"><span class="visually-hidden">Speed</span>
        <select value=${player.audio.playbackRate} onChange=${(e) => (player.audio.playbackRate = Number(e.target.value))}>
          ${SPEEDS.map((s) => html`<option value=${s}>${s}×</option>`)}</select></label>
      ${D.SPEAKERS.map((s) => html`<div class=${`group channel of-${s}`} role="group" aria-label=${`Channel of the ${s}`}>
        <span class="channel-name">${s}</span>
        <button aria-pressed=${!player.heard().includes(s)} onClick=${() => { player.mute(s); again(); }}
          aria-label=${`Mute ${s}`} title=${`mute (${s === "agent" ? "1" : "2"})`}>mute</button>
        <button aria-pressed=${player.solo === s} onClick=${() => { player.alone(s); again(); }}
          aria-label=${`Solo ${s}`} title=${`hear alone (shift ${s === "agent" ? "1" : "2"})`}>solo</button>
      </div>`)}
      ${page.sounds?.length > 0 && html`<label class="sound"><span class="visually-hidden">Sound</span>
        <select value=${sound} onChange=${(e) => setSound(e.target.value)} disabled=${page.sounds.length < 2}>
          ${page.sounds.map((s) => html`<option value=${s.name}>${s.label}</option>`)}</select></label>`}
      <div class="group" role="group" aria-label="Zoom">
        <button onClick=${() => axis.current?.zoomBy(1 / 1.6)} aria-label="Zoom out" title="−">−</button>
        <button onClick=${() => axis.current?.zoom(0)} title="0">fit</button>
        <button onClick=${() => axis.current?.zoomBy(1.6)} aria-label="Zoom in" title="+">+</button>
      </div>
      <div class="group" role="group" aria-label="Show">
        <button aria-pressed=${shown.spectrum} onClick=${() => toggle("spectrum")} title="s">spectrum</button>
        ${page.tokens && html`<button aria-pressed=${shown.tokens} onClick=${() => toggle("tokens")} title="t">tokens</button>`}
      </div>
    </div>`;
  }

  function useShown() {
    const [shown, setShown] = useState({
      spectrum: D.remembered.get("spectrum", "0") === "1",
      tokens: D.remembered.get("tokens", "1") === "1",
    });
    const set = (value) => {
      Object.entries(value).forEach(([k, v]) => D.remembered.set(k, v ? "1" : "0"));
      setShown(value);
    };
    return [shown, set];
  }

  D.Dialogue = ({ run, runs, id, settings, who, marks, compact }) => {
    const { t, ...search } = settings;
    const { page, fault, waiting } = useDialogue(run, id, search);
    if (fault) return html`<main class="fault-page"><p class="fault" role="alert">${fault}</p><a href=${D.address([run])}>to the list</a></main>`;
    if (!page) return html`<main class="waiting" aria-busy="true">…</main>`;
    return html`<${Shown} key=${`${run}/${page.id}`} ...${{ run, runs, page, settings, who, marks, compact, waiting }} />`;
  };

  function Shown({ run, runs, page, settings, who, marks, compact, waiting }) {
    const root = useRef();
    const tick = useRef();
    const axis = useRef();
    const player = useMemo(() => new D.Player(), []);
    const [shown, setShown] = useShown();
    const [fault, setFault] = useState("");
    const names = (page.sounds || []).map((s) => s.name);
    const [sound, setSound] = useState(names.includes(D.remembered.get("sound", "")) ? D.remembered.get("sound", "") : names[0]);
    const seek = (samples) => {
      player.seek(samples / D.RATE);
      axis.current?.show(samples / D.RATE);
    };

    useEffect(() => () => player.close(), [player]);
    useEffect(() => {
      if (!sound) return undefined;
      let gone = false;
      D.remembered.set("sound", sound);
      D.api.envelope(run, page.id, sound).then(
        (found) => gone || axis.current.load(D.api.sound(run, page.id, sound), found),
        (error) => gone || setFault(error.message),
      );
      return () => (gone = true);
    }, [sound]);
    useEffect(() => {
      if (!sound || !shown.spectrum) return undefined;
      let gone = false;
      axis.current.levels = null;
      axis.current.pictures = [];
      D.api.spectrogram(run, page.id, sound).then((found) => {
        if (gone || !found) return;
        axis.current.levels = found;
        axis.current.draw();
      }, (error) => gone || setFault(error.message));
      return () => (gone = true);
    }, [sound, shown.spectrum]);

    useEffect(() => {
      const audio = player.audio;
      let frame = 0;
      let said = -1;
      const show = () => {
        const samples = Math.round(audio.currentTime * D.RATE);
        const now = D.clock(samples);
        if (tick.current && now !== said) tick.current.textContent = said = now;
        if (axis.current?.light(samples)) {
          D.lightWords(root.current, axis.current.lit);
          axis.current.draw();
        } else axis.current?.movePlayhead();
      };
      const run_ = () => {
        show();
        frame = audio.paused ? 0 : requestAnimationFrame(run_);
      };
      const start = () => {
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(run_);
      };
      audio.addEventListener("play", start);
      audio.addEventListener("seeked", show);
      audio.addEventListener("seeking", show);
      audio.addEventListener("pause", show);
      const restyle = () => {
        axis.current.colours = D.palette();
        axis.current.restyle();
      };
      window.addEventListener("datagen-theme", restyle);
      return () => {
        cancelAnimationFrame(frame);
        window.removeEventListener("datagen-theme", restyle);
      };
    }, [player]);

    useEffect(() => {
      const t = Number(settings.t);
      if (!(t > 0)) return undefined;
      seek(t * D.RATE);
      return undefined;
    }, [settings.t]);

    useLayoutEffect(() => { // with the page, not after it is painted: a key pressed between is not lost
      if (compact) return undefined;
      document.title = `${page.id} · datagen view`;
      const keys = (event) => D.dialogueKey(event, { page, player, axis, shown, setShown, run, settings, marks, who });
      window.addEventListener("keydown", keys);
      return () => window.removeEventListener("keydown", keys);
    }, [page, shown, settings, marks]);

    const mark = marks?.marks?.[page.id] || page.marks;
    const here = () => D.address([run, page.id], { ...settings, t: player.audio.currentTime.toFixed(1) });
    const about = page.about || {};
    const { t: _, ...search } = settings;
    const to = (other) => other && D.address([run, other], search);
    const links = D.api.inside ? D.api.inside.links : { before: to(page.before), after: to(page.after) };
    return html`<main class=${`dialogue${compact ? " compact" : ""}`} ref=${root} aria-busy=${waiting ? "true" : "false"}>
      <header class="dialogue-head">
        <div class="title">
          <h1>${page.id}</h1>
          <p>${[about.domain, about.scenario, about.call_direction, about.split].filter(Boolean).map((w) => html`<span class="part">${D.words(w)}</span>`)}
            ${page.num_samples > 0 && html`<span class="part">${D.length(page.num_samples)}</span>`}
            ${about.outcome && html`<span class="chip outcome">${D.words(about.outcome)}</span>`}
            ${page.stand_ins && html`<span class="chip warn" title=${page.stand_ins.join(", ")}>stand-ins</span>`}</p>
        </div>
        ${!compact && html`<nav class="steps" aria-label="Dialogues">
          ${links.before && html`<a class="button" href=${links.before} rel="prev" title="k">← before</a>`}
          ${links.after && html`<a class="button" href=${links.after} rel="next" title="j">next →</a>`}
          ${!D.api.inside && html`<button onClick=${() => { window.history.replaceState(null, "", here()); D.copy(window.location.href); }}
            title="Put this moment into the address, and copy it">copy link</button>
          <a class="button" href=${D.address(["compare", run, page.id, runs.length > 1 ? (run + 1) % runs.length : run, page.id])}>side by side</a>`}
        </nav>`}
      </header>
      <${D.Rejected} page=${page} />
      ${page.num_samples > 0 && html`<div class="stage">
        <${Bar} ...${{ page, player, axis, shown, setShown, sound, setSound, tick }} />
        <${D.Timeline} page=${page} player=${player} shown=${shown} onAxis=${(a) => (axis.current = a)} />
      </div>`}
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      <div class="columns">
        <${D.Transcript} page=${page} seek=${seek} />
        <div class="cards">
          ${marks && html`<${D.MarksCard} id=${page.id} mark=${mark} tags=${marks.tags} who=${who} add=${marks.add}
            fault=${marks.fault} now=${() => player.audio.currentTime} seek=${seek} />`}
          <${D.Panels} page=${page} seek=${seek} />
        </div>
      </div>
    </main>`;
  }

  D.copy = (text) => navigator.clipboard?.writeText(text).catch(() => {});

  /** What the keys do; they are listed in main.js. */
  D.dialogueKey = (event, { page, player, axis, shown, setShown, run, marks, who }) => {
    if (D.isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const speed = (step) => {
      const place = SPEEDS.indexOf(player.audio.playbackRate) + step;
      player.audio.playbackRate = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place))];
    };
    const channel = (speaker) => {
      if (event.shiftKey) player.alone(speaker);
      else player.mute(speaker);
      window.dispatchEvent(new Event("datagen-channels"));
    };
    const say = (verdict) => {
      const mine = D.verdictOf(marks?.marks?.[page.id] || page.marks, who);
      marks?.add({ dialog_id: page.id, verdict: mine === verdict ? "" : verdict });
    };
    const go = (rel) => document.querySelector(`a[rel="${rel}"]`)?.click();
    const onButton = event.target.closest?.("button, a, summary, select");
    const step = event.shiftKey ? 5 : 1;
    const does = {
      Space: () => !onButton && player.toggle(),
      ArrowLeft: () => player.skip(-step),
      ArrowRight: () => player.skip(step),
      Home: () => player.seek(0),
      Equal: () => axis.current?.zoomBy(1.6), NumpadAdd: () => axis.current?.zoomBy(1.6),
      Minus: () => axis.current?.zoomBy(1 / 1.6), NumpadSubtract: () => axis.current?.zoomBy(1 / 1.6),
      Digit0: () => axis.current?.zoom(0),
      Digit1: () => channel("agent"), Digit2: () => channel("user"),
      BracketLeft: () => speed(-1), BracketRight: () => speed(1),
      KeyS: () => setShown({ ...shown, spectrum: !shown.spectrum }),
      KeyT: () => setShown({ ...shown, tokens: !shown.tokens }),
      KeyA: () => say("approve"), KeyR: () => say("reject"),
      KeyJ: () => go("next"), KeyK: () => go("prev"),
    }[event.code];
    if (!does || (event.code === "Space" && onButton)) return;
    event.preventDefault();
    does();
  };
})();
