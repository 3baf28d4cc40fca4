// The page: which view the address asks for, the theme, the keys.
"use strict";

(() => {
  const D = Datagen;
  const { html } = D;
  const { useState, useEffect } = preactHooks;
  const KEYS = [
    ["space", "play, pause"], ["← →", "1 s back, on (with shift 5 s)"], ["home", "to the start"], ["+ − 0", "zoom in, out, fit (or Ctrl and wheel)"],
    ["1 2", "mute agent, user (with shift: hear alone)"], ["[ ]", "slower, faster"], ["s t", "spectrum, tokens"],
    ["j k", "next dialogue, the one before"], ["a r", "approve, reject"], ["/", "search"], ["?", "this help"],
  ];

  D.isTyping = (event) => Boolean(event.target.closest?.("input, textarea, select, dialog"));

  function usePlace() {
    const [place, setPlace] = useState(D.place());
    useEffect(() => {
      const go = () => setPlace(D.place());
      window.addEventListener("hashchange", go);
      return () => window.removeEventListener("hashchange", go);
    }, []);
    return place;
  }

  function setTheme(theme) {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    window.dispatchEvent(new Event("datagen-theme"));
  }

  function Theme() {
    const [theme, set] = useState(D.remembered.get("theme", ""));
    const next = { "": "dark", dark: "light", light: "" }[theme];
    const choose = () => {
      set(next);
      D.remembered.set("theme", next);
      setTheme(next);
    };
    return html`<button onClick=${choose} aria-label=${`Theme: ${theme || "as the system"}; change`} title="Theme">
      ${{ "": "◐ auto", dark: "● dark", light: "○ light" }[theme]}</button>`;
  }

  const help = () => document.getElementById("help").showModal();

  function Top({ runs, run }) {
    return html`<header class="top">
      <a class="brand" href=${D.api.inside ? "index.html" : D.address([run ?? 0])}>datagen <b>view</b></a>
      <nav aria-label="Runs">${runs.length > 1 && runs.map((r, n) => html`<a href=${D.address([n])} title=${r.where} aria-current=${n === run ? "page" : undefined}>${r.name}</a>`)}</nav>
      <${Theme} /><button onClick=${help} title="Keys (?)">Keys</button>
      <dialog id="help" aria-label="Keys"><h2>Keys</h2>
        <dl>${KEYS.map(([keys, what]) => html`<dt>${keys}</dt><dd>${what}</dd>`)}</dl>
        <form method="dialog"><button>Close</button></form></dialog>
    </header>`;
  }

  function One({ runs, who, place }) {
    const run = Number(place.parts[0]);
    const id = place.parts[1];
    const marks = D.useMarks(run);
    const settings = place.settings;
    return html`<${D.Dialogue} ...${{ run, runs, id, settings, who }} marks=${D.api.inside ? null : marks} />`;
  }

  function Listed({ runs, place }) {
    const run = Number(place.parts[0] || 0);
    const marks = D.useMarks(run);
    return html`<${D.List} key=${run} ...${{ run, runs, settings: place.settings, marks }} />`;
  }

  /** Two dialogues beside each other: #/compare/RUN/ID/RUN/ID. */
  function Compare({ runs, who, place }) {
    const [, ...given] = place.parts;
    const sides = [[Number(given[0]), given[1]], [Number(given[2]), given[3]]];
    const change = (side, run, id) => {
      const to = sides.map((s, n) => (n === side ? [run, id] : s)).flat();
      window.location.replace(D.address(["compare", ...to]));
    };
    return html`<div class="compare">${sides.map(([run, id], n) => html`<div class="side" key=${n}>
      <form class="choose" onSubmit=${(e) => { e.preventDefault(); change(n, run, e.target.elements.id.value.trim()); }}>
        <label><span class="visually-hidden">Run</span><select value=${run} onChange=${(e) => change(n, Number(e.target.value), id.replace(/^.*-/, `${runs[Number(e.target.value)].kind}-`))}>
          ${runs.map((r, k) => html`<option value=${k}>${r.name}</option>`)}</select></label>
        <label><span class="visually-hidden">Dialogue</span><input name="id" value=${id} /></label><button>Show</button>
        <a class="button" href=${D.address([run, id])}>alone</a>
      </form>
      <${D.Dialogue} ...${{ run, runs, id, settings: {}, who, compact: true }} marks=${null} />
    </div>`)}</div>`;
  }

  function Exported() {
    const { dialogues, title } = D.api.inside;
    return html`<main class="list"><header class="list-head"><h1>${title}</h1><p>${dialogues.length} dialogues</p></header>
      <ol class="rows">${dialogues.map((d) => html`<li class="row"><a href=${d.href}>
        <span class="row-top"><span class="id">${d.id}</span><span class="where">${[d.domain, d.scenario].filter(Boolean).map(D.words).join(" · ")}</span>
          <span class="length">${D.length(d.num_samples)}</span></span>
        <span class="row-title">${d.title}</span></a></li>`)}</ol></main>`;
  }

  function Page() {
    const place = usePlace();
    const [state, setState] = useState({});
    useEffect(() => {
      D.api.runs().then(setState, (error) => setState({ fault: error.message }));
    }, []);
    useEffect(() => {
      const keys = (event) => {
        if (D.isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "?") help();
        if (event.key === "/") {
          event.preventDefault();
          const field = document.getElementById("search");
          if (field) field.focus();
          else window.location.hash = D.address([place.parts[0] || 0]);
        }
      };
      window.addEventListener("keydown", keys);
      return () => window.removeEventListener("keydown", keys);
    }, [place]);
    if (state.fault) return html`<main><p class="fault" role="alert">${state.fault}: is datagen view still running?</p></main>`;
    if (!state.runs) return html`<main class="waiting" aria-busy="true">…</main>`;
    const { runs, who } = state;
    const [first, id] = place.parts;
    const inside = D.api.inside;
    const run = inside ? 0 : Number(first) || 0;
    if (!inside && first !== "compare" && !runs[run]) return html`<main><p class="fault" role="alert">There is no run ${first} on this page.</p></main>`;
    let view;
    if (inside?.dialogues) view = html`<${Exported} />`;
    else if (inside) view = html`<${One} ...${{ runs, who }} place=${{ parts: ["0", inside.dialogue.id], settings: place.settings }} />`;
    else if (first === "compare") view = html`<${Compare} ...${{ runs, who, place }} />`;
    else if (id) view = html`<${One} ...${{ runs, who, place }} />`;
    else view = html`<${Listed} ...${{ runs, place }} />`;
    return html`<${Top} runs=${runs} run=${first === "compare" ? undefined : run} />${view}`;
  }

  setTheme(D.remembered.get("theme", ""));
  preact.render(html`<${Page} />`, document.getElementById("app"));
})();
