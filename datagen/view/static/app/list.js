// The list of a run: search, filters, pages; and the takes that its gates refused.
"use strict";

(() => {
  const D = Datagen;
  const { html } = D;
  const { useState, useEffect, useRef } = preactHooks;

  const SELECTS = [
    ["state", "State"], ["domain", "Domain"], ["direction", "Call"], ["level", "Prompt"], ["split", "Split"],
    ["event", "Event"], ["probe", "Probe"], ["outcome", "Outcome"], ["effect", "Effect"],
    ["reason", "Reject reason"], ["writer", "Writer"],
  ];
  const SORTS = [
    ["", "in order of ids"], ["-length", "longest first"], ["length", "shortest first"], ["-barge_in", "most barge-ins"],
    ["-overlap", "most overlaps"], ["-backchannel", "most backchannels"], ["-pause", "most pauses"], ["domain", "by domain"],
    ["outcome", "by outcome"],
  ];

  /** What is shown of an asked page; the last answer stays until the next is there. */
  function useAsked(ask, settings, more) {
    const [state, setState] = useState({});
    useEffect(() => {
      const stop = new AbortController();
      setState((now) => ({ ...now, waiting: true }));
      ask(settings, stop.signal).then(
        (found) => setState({ found }),
        (error) => error.name !== "AbortError" && setState({ fault: error.message }),
      );
      return () => stop.abort();
    }, [JSON.stringify(settings), more]);
    return state;
  }

  function Filters({ about, tags, settings, set }) {
    const select = ([name, label]) => {
      const values = about.facets[name] || [];
      if (values.length < 2 && !settings[name] && !(values.length && ["event", "probe", "effect", "reason"].includes(name))) return null;
      return html`<label><span>${label}</span>
        <select value=${settings[name] || ""} onChange=${(e) => set({ [name]: e.target.value })}>
          <option value="">any</option>
          ${values.map(([value, count]) => html`<option value=${value}>${D.words(value)} (${D.number(count)})</option>`)}
        </select></label>`;
    };
    const labels = [["*", "any mark"], ...tags.map(([tag, count]) => [tag, `${tag} (${count})`])];
    const chosen = Object.keys(settings).filter((k) => !["q", "sort", "page", "view"].includes(k)).length;
    return html`<details class="filters" open=${window.innerWidth > 800 || undefined}>
      <summary>Filters${chosen > 0 && html` <span class="count">${chosen}</span>`}</summary>
      <div class="filter-body">
        ${SELECTS.map(select)}
        <label><span>Voice</span><input list="voices" value=${settings.voice || ""} placeholder="any"
          onChange=${(e) => set({ voice: e.target.value })} /></label>
        <datalist id="voices">${(about.facets.voice || []).slice(0, 200).map(([v]) => html`<option value=${v} />`)}</datalist>
        <div class="lengths"><span>Length, s</span>
          <input type="number" min="0" aria-label="Shortest, in seconds" placeholder="from" value=${settings.min_seconds || ""}
            onChange=${(e) => set({ min_seconds: e.target.value })} />
          <input type="number" min="0" aria-label="Longest, in seconds" placeholder="to" value=${settings.max_seconds || ""}
            onChange=${(e) => set({ max_seconds: e.target.value })} /></div>
        <label><span>Marks</span><select value=${settings.marked || ""} onChange=${(e) => set({ marked: e.target.value })}>
          <option value="">any</option>
          ${labels.map(([value, text]) => html`<option value=${value}>with ${text}</option>`)}
          ${labels.map(([value, text]) => html`<option value=${`-${value}`}>without ${text}</option>`)}
        </select></label>
        ${chosen > 0 && html`<button onClick=${() => set(null)}>Clear filters</button>`}
      </div>
    </details>`;
  }

  const SIGNS = { barge_in: "barge-in", backchannel: "nod", overlap: "overlap", pause: "pause",
    false_interruption: "false start", dead_air: "dead air" };

  function Row({ run, row, query, longest, mark }) {
    const events = Object.entries(row.events);
    const labels = mark ? labelsOf(mark) : row.marks || [];
    const share = Math.round((100 * row.num_samples) / longest);
    return html`<li class=${`row ${row.state}`}>
      <a href=${D.address([run, row.id], query)}>
        <span class="row-top"><span class="id">${row.id}</span>
          <span class="where">${[row.domain, row.scenario].filter(Boolean).map(D.words).join(" · ")}</span>
          ${row.num_samples > 0 && html`<span class="length" title="length"><span class="length-bar" aria-hidden="true"><span style=${{ width: `${share}%` }}></span></span>${D.length(row.num_samples)}</span>`}</span>
        <span class="row-title">${row.title || (row.state === "rejected" ? "" : "…")}</span>
        <span class="row-chips">
          ${row.state === "rejected" && html`<span class="chip fail">${row.stage}: ${D.words(row.reason)}</span> <span class="quiet evidence">${row.evidence}</span>`}
          ${row.outcome && html`<span class="chip outcome">${D.words(row.outcome)}</span>`}
          ${events.map(([type, count]) => html`<span class="chip plain"><span class=${`dot ${D.lanes.colourOf(type)}`}></span>${SIGNS[type] || D.words(type)} ${count}</span>`)}
          ${row.probes.map(([type, verdict]) => html`<span class=${`chip ${verdict}`} title=${`probe ${type}: ${verdict}`}>${type}${verdict === "pass" ? "" : ` ${verdict}`}</span>`)}
          ${row.takes > 0 && html`<span class="chip plain" title="takes that the gates refused">${row.takes} refused ${row.takes === 1 ? "take" : "takes"}</span>`}
          ${labels.map((label) => html`<span class=${`chip tag ${label === "approve" ? "pass" : label === "reject" ? "fail" : ""}`}>${label}</span>`)}
        </span>
      </a>
    </li>`;
  }

  const labelsOf = (mark) => {
    const verdicts = Object.values(mark.verdicts);
    return [...(verdicts.includes("reject") ? ["reject"] : verdicts.slice(0, 1)), ...mark.tags];
  };

  function Pages({ found, set }) {
    const last = Math.max(0, Math.ceil(found.total / found.size) - 1);
    if (!last) return null;
    const go = (page) => {
      set({ page: page ? String(page) : "" }, true);
      window.scrollTo(0, 0);
    };
    return html`<nav class="pages" aria-label="Pages">
      <button disabled=${found.page === 0} onClick=${() => go(0)}>first</button>
      <button disabled=${found.page === 0} onClick=${() => go(found.page - 1)}>← back</button>
      <span>page ${D.number(found.page + 1)} of ${D.number(last + 1)}</span>
      <button disabled=${found.page >= last} onClick=${() => go(found.page + 1)}>on →</button>
      <button disabled=${found.page >= last} onClick=${() => go(last)}>last</button>
    </nav>`;
  }

  function Dialogues({ run, settings, set, marks }) {
    const { found, fault, waiting } = useAsked((s, signal) => D.api.page(run, s, signal), settings, settings.marked ? marks.known : 0);
    if (fault) return html`<p class="fault" role="alert">${fault}</p>`;
    if (!found) return html`<p class="waiting" aria-busy="true">…</p>`;
    const { page, ...query } = settings;
    const longest = Math.max(1, ...found.rows.map((r) => r.num_samples));
    return html`<div class="found" aria-busy=${waiting ? "true" : "false"}>
      <p class="total" role="status"><strong>${D.number(found.total)}</strong> ${found.total === 1 ? "dialogue" : "dialogues"}</p>
      ${!found.total && html`<p class="quiet">Nothing fits. Take a filter away, or search for fewer words.</p>`}
      <ol class="rows">${found.rows.map((row) => html`<${Row} key=${row.id} ...${{ run, row, query, longest }} mark=${marks.marks[row.id]} />`)}</ol>
      <${Pages} found=${found} set=${set} />
    </div>`;
  }

  function Takes({ run, about, settings, set }) {
    const { reason = "", page = "" } = settings;
    const { found, fault } = useAsked((s, signal) => D.api.takes(run, s, signal), { reason, page });
    if (fault) return html`<p class="fault" role="alert">${fault}</p>`;
    if (!found) return null;
    return html`<div class="found">
      <label class="inline"><span>Reason</span> <select value=${reason} onChange=${(e) => set({ reason: e.target.value })}>
        <option value="">any</option>
        ${(about.facets.take || []).map(([value, count]) => html`<option value=${value}>${D.words(value)} (${D.number(count)})</option>`)}
      </select></label>
      <p class="total" role="status"><strong>${D.number(found.total)}</strong> refused takes</p>
      <div class="scrolls" tabindex="0" role="region" aria-label="Refused takes"><table class="wide"><thead><tr><th>dialogue</th><th>turn</th><th>step</th><th>reason</th><th>what was measured</th></tr></thead><tbody>
        ${found.rows.map((row) => html`<tr><td><a href=${D.address([run, row.id])}>${row.id}</a></td>
          <td>${row.turn < 0 ? "reference" : row.turn} <span class=${`of-${row.speaker}`}>${row.speaker}</span></td>
          <td>${row.step}</td><td><span class="chip fail">${D.words(row.reason)}</span></td><td>${row.evidence}</td></tr>`)}
      </tbody></table></div>
      <${Pages} found=${found} set=${set} />
    </div>`;
  }

  D.List = ({ run, runs, settings, marks }) => {
    const about = runs[run];
    const { view, ...query } = settings;
    const [words, setWords] = useState(query.q || "");
    const timer = useRef(0);
    const set = (changes, keepsPage = false) => {
      const base = changes === null ? { q: query.q, sort: query.sort } : { ...query, ...changes };
      if (!keepsPage) delete base.page;
      window.location.replace(D.address([run], { ...base, view }));
    };
    const search = (text) => {
      setWords(text);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => set({ q: text.trim() }), 200);
    };
    useEffect(() => {
      document.title = `${about.name} · datagen view`;
      return () => clearTimeout(timer.current);
    }, [run]);
    useEffect(() => setWords((now) => (now.trim() === (query.q || "") ? now : query.q || "")), [query.q]);
    const totals = about.totals;
    return html`<main class="list">
      <header class="list-head">
        <h1>${about.name}</h1>
        <p>${D.number(totals.made)} ${about.kind} dialogues · ${(totals.samples / D.RATE / 3600).toFixed(2)} h · ${D.number(totals.rejected)} rejected
          ${about.stand_ins.length > 0 && html` <span class="chip warn" title=${about.stand_ins.join(", ")}>made with stand-ins</span>`}</p>
        <nav class="views" aria-label="What is listed">
          <a href=${D.address([run], view || settings.state === "rejected" ? {} : query)} aria-current=${view || settings.state === "rejected" ? undefined : "page"}>Dialogues</a>
          <a href=${D.address([run], { state: "rejected" })} aria-current=${!view && settings.state === "rejected" ? "page" : undefined}>Rejects (${D.number(totals.rejected)})</a>
          <a href=${D.address([run], { view: "takes" })} aria-current=${view === "takes" ? "page" : undefined}>Refused takes</a>
        </nav>
      </header>
      ${view === "takes"
        ? html`<${Takes} ...${{ run, about, settings, set }} />`
        : html`<div class="list-columns">
          <div class="sides"><${Filters} ...${{ about, settings: query, set }} tags=${marks.tags} /></div>
          <div>
            <div class="search" role="search">
              <input type="search" id="search" aria-label="Search" placeholder='Search what is said: refund, "thanks for calling", #42'
                value=${words} onInput=${(e) => search(e.target.value)} />
              <label><span class="visually-hidden">Order</span><select value=${query.sort || ""} onChange=${(e) => set({ sort: e.target.value })}>
                ${SORTS.map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select></label>
            </div>
            <${Dialogues} ...${{ run, settings: query, set, marks }} />
          </div>
        </div>`}
    </main>`;
  };
})();
