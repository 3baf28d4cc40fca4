// The cards beside the transcript. Each shows what a record has, and is silent about what it lacks.
"use strict";

(() => {
  const D = Datagen;
  const { html } = D;

  function Card({ name, title, children, open = true, count }) {
    const key = `open.${name}`;
    const isOpen = D.remembered.get(key, open ? "1" : "0") === "1";
    return html`<details class="card" open=${isOpen}
        onToggle=${(e) => D.remembered.set(key, e.target.open ? "1" : "0")}>
      <summary><h2>${title}</h2>${count != null && html`<span class="count">${count}</span>`}</summary>
      <div class="card-body">${children}</div>
    </details>`;
  }

  const Place = ({ samples, seek }) => html`<button class="time" onClick=${() => seek(samples)}
    aria-label=${`Play at ${D.clock(samples)}`}>${D.clock(samples)}</button>`;

  /** A stretch of the role prompt; facts in it go to where they are first said. */
  function FactsIn({ page, seek, from, to }) {
    const spans = (page.facts || [])
      .flatMap((fact) => fact.in_prompt.map(([a, b]) => ({ a, b, fact })))
      .filter(({ a, b }) => a >= from && b <= to)
      .sort((x, y) => x.a - y.a || y.b - x.b);
    const parts = [];
    let done = from;
    for (const { a, b, fact } of spans) {
      if (a < done) continue;
      parts.push(page.role_prompt.slice(done, a));
      const first = fact.said[0] && page.words[fact.said[0][0]];
      parts.push(first
        ? html`<button class="in-prompt said" onClick=${() => seek(first[2])}
            title=${`${fact.id}, said at ${D.clock(first[2])}`}>${page.role_prompt.slice(a, b)}</button>`
        : html`<span class="in-prompt" title=${page.words.length ? `${fact.id}, never said` : fact.id}>${page.role_prompt.slice(a, b)}</span>`);
      done = b;
    }
    parts.push(page.role_prompt.slice(done, to));
    return parts;
  }

  /** The role prompt: sentences that license what the agent claims are marked, and light as it does. */
  function Role({ page, seek }) {
    if (!page.role_prompt) return null;
    const licences = (page.world || [])
      .filter((item) => item.claimed_in.length)
      .flatMap((item) => item.in_prompt.map(([a, b]) => ({ a, b, item })))
      .sort((x, y) => x.a - y.a || y.b - x.b);
    const parts = [];
    let done = 0;
    const plain = (to) => to > done && parts.push(html`<${FactsIn} ...${{ page, seek, from: done, to }} />`);
    for (const { a, b, item } of licences) {
      if (a < done) continue;
      plain(a);
      const turns = item.claimed_in;
      parts.push(html`<span class="licence-in" data-turns=${turns.map((n) => `|${n}|`).join("")}
        title=${`licenses turn ${turns.join(", ")}`}><${FactsIn} ...${{ page, seek, from: a, to: b }} /></span>`);
      done = b;
    }
    plain(page.role_prompt.length);
    const facts = (page.facts || []).some((fact) => fact.in_prompt.length) && page.words.length > 0;
    return html`<${Card} name="role" title="Role">
      <p class="prompt">${parts}</p>
      ${(facts || licences.length > 0) && html`<p class="legend">
        ${facts && html`<span class="in-prompt said">said</span><span class="in-prompt">never said</span>`}
        ${licences.length > 0 && html`<span class="licence-in">licenses a claim</span>`}</p>`}
      ${page.user_role_prompt && html`<h3>The user's role</h3><p class="prompt">${page.user_role_prompt}</p>`}
    <//>`;
  }

  function Facts({ page, seek }) {
    if (!page.facts) return null;
    const voiced = page.words.length > 0;
    return html`<${Card} name="facts" title="Facts" count=${page.facts.length}>
      <table><thead><tr><th>written</th><th>spoken</th>${voiced && html`<th>said at</th>`}</tr></thead><tbody>
        ${page.facts.map((fact) => html`<tr>
          <td title=${`${fact.id} (${fact.type})`}>${fact.written}</td><td>${fact.spoken}</td>
          ${voiced && html`<td>${fact.said.map(([n]) => html`<${Place} samples=${page.words[n][2]} seek=${seek} /> `)}
            ${!fact.said.length && html`<span class="quiet">never</span>`}</td>`}
        </tr>`)}
      </tbody></table>
    <//>`;
  }

  function World({ page, seek }) {
    if (!page.world) return null;
    return html`<${Card} name="world" title="World" count=${page.world.length}>
      <ul class="plain-list">${page.world.map((item) => html`<li>
        <span class="chip">${item.visibility || item.kind || "item"}</span>${" "}${item.text || item.written || item.id}
        ${(item.claimed_in || []).map((n) => html` <${Place} samples=${page.turns[n]?.start ?? 0} seek=${seek} />`)}
      </li>`)}</ul>
    <//>`;
  }

  const given = (value) =>
    value && typeof value === "object"
      ? Object.entries(value).map(([k, v]) => `${k}: ${typeof v === "object" ? JSON.stringify(v) : v}`).join(", ")
      : String(value ?? "");

  function Actions({ page, seek }) {
    if (!page.actions) return null;
    return html`<${Card} name="actions" title="Tools called" count=${page.actions.length}>
      <ul class="plain-list">${page.actions.map((action) => {
        const placed = page.calls.find((c) => c.id === action.id);
        return html`<li>
          <div><strong>${action.tool || action.name}</strong>(${given(action.arguments)})
            ${action.status && html` <span class=${`chip ${action.status === "ok" ? "pass" : "fail"}`}>${D.words(action.status)}</span>`}</div>
          ${action.result && html`<div class="quiet">${given(action.result)}</div>`}
          ${placed && html`<div><${Place} samples=${placed.from} seek=${seek} /> waits ${((placed.to - placed.from) / D.RATE).toFixed(1)} s</div>`}
        </li>`;
      })}</ul>
    <//>`;
  }

  function Probes({ page, seek }) {
    if (!page.probes) return null;
    const start = (n) => page.turns[n]?.start;
    return html`<${Card} name="probes" title="Probes" count=${page.probes.length}>
      ${page.probes.map((probe) => html`<div class="probe">
        <div><strong>${probe.type}</strong> ${D.words(probe.act)}${" "}<span class=${`chip ${probe.verdict}`}>${probe.verdict}</span></div>
        ${[["user", "question", probe.user_turn], ["agent", "answer", probe.agent_turn]].map(([who, what, n]) =>
          probe[what] && html`<p class="quoted"><span class=${`who of-${who}`}>${who}</span>${" "}
            ${start(n) != null && html`<${Place} samples=${start(n)} seek=${seek} />`} ${probe[what]}</p>`)}
        ${probe.expects?.length > 0 && html`<p class="quiet">expects: ${probe.expects.join(" · ")}</p>`}
        ${probe.forbids?.length > 0 && html`<p class="quiet">forbids: ${probe.forbids.join(" · ")}</p>`}
      </div>`)}
    <//>`;
  }

  function Events({ page, seek }) {
    const shown = page.events.filter((e) => !D.lanes.HIDDEN.includes(e.type));
    const slots = page.events.filter((e) => e.type === "slot").length;
    if (!shown.length) return null;
    const hear = (event) => seek(Math.max(0, event.start - D.RATE / 2));
    return html`<${Card} name="events" title="Events" count=${shown.length} open=${false}>
      <table><thead><tr><th>at</th><th>event</th><th>by</th><th>s</th></tr></thead><tbody>
        ${shown.map((event) => html`<tr>
          <td><button class="time" onClick=${() => hear(event)} aria-label=${`Play ${D.words(event.type)} at ${D.clock(event.start)}`}>${D.clock(event.start)}</button></td>
          <td><span class=${`dot ${D.lanes.colourOf(event.type)}`}></span>${D.words(event.type)}
            ${event.cause && html` <span class="quiet">${D.words(event.cause)}</span>`}
            ${event.text && html`<div class="quiet">${event.text}</div>`}</td>
          <td class=${`of-${event.speaker}`}>${event.speaker}</td>
          <td class="figure">${((event.end - event.start) / D.RATE).toFixed(2)}</td>
        </tr>`)}
      </tbody></table>
      ${slots > 0 && html`<p class="quiet">and ${slots} places where the listener could have acted</p>`}
    <//>`;
  }

  function Effects({ page }) {
    const effects = page.events.filter((e) => e.type === "effect");
    if (!effects.length) return null;
    return html`<${Card} name="effects" title="Effects on the user's line" count=${effects.length}>
      <ul class="plain-list">${effects.map((e) => html`<li><strong>${e.cause}</strong> <code>${e.text}</code></li>`)}</ul>
    <//>`;
  }

  function Takes({ page }) {
    if (!page.takes) return null;
    const number = page.takes.reduce((sum, take) => sum + take.attempts.length, 0);
    return html`<${Card} name="takes" title="Refused takes" count=${number}>
      <ul class="plain-list">${page.takes.flatMap((take) => take.attempts.map((attempt) => html`<li>
        <strong>${take.turn == null ? "reference" : `turn ${take.turn}`}</strong> (${take.speaker}), ${attempt.step}:
        <span class="chip fail">${D.words(attempt.reason)}</span> <span class="quiet">${attempt.evidence}</span>
      </li>`))}</ul>
    <//>`;
  }

  const HYGIENE = [["level", "speech level", "dBFS", 1], ["peak", "peak", "dBFS", 1], ["clipped", "clipped", "samples", 0],
    ["floor", "noise floor", "dBFS", 1], ["leakage", "leakage", "dBFS", 1], ["speech", "speech", "%", 0]];

  function Sound({ page }) {
    if (!page.hygiene && !page.voices) return null;
    const figure = (speaker, name, unit, digits) => {
      const value = page.hygiene[`${speaker}_${name}`];
      if (value == null) return "";
      return `${(unit === "%" ? 100 * value : value).toFixed(digits)}`;
    };
    return html`<${Card} name="sound" title="Voices and sound" open=${false}>
      <table><thead><tr><th></th>${D.SPEAKERS.map((s) => html`<th class=${`of-${s}`}>${s}</th>`)}</tr></thead><tbody>
        ${[["person", (s) => page.people?.[s]?.name], ["mood", (s) => page.people?.[s]?.emotion], ["voice", (s) => page.voices?.[s]?.id],
          ["source", (s) => page.voices?.[s]?.source], ["licence", (s) => page.voices?.[s]?.license],
        ].map(([name, of]) => D.SPEAKERS.some(of) && html`<tr><th>${name}</th>${D.SPEAKERS.map((s) => html`<td>${of(s) || ""}</td>`)}</tr>`)}
        ${page.hygiene && HYGIENE.map(([name, label, unit, digits]) => html`<tr><th>${label}, ${unit}</th>
          ${D.SPEAKERS.map((s) => html`<td class="figure">${figure(s, name, unit, digits)}</td>`)}</tr>`)}
      </tbody></table>
    <//>`;
  }

  function About({ page }) {
    const lines = Object.entries({ ...page.about, ...page.provenance }).filter(([, v]) => v !== "" && v != null);
    const scores = Object.entries(page.scores || {}).map(([k, v]) => `${D.words(k)} ${v}`).join(", ");
    return html`<${Card} name="about" title="About" open=${false}>
      <table><tbody>
        ${lines.map(([name, value]) => html`<tr><th>${D.words(name)}</th><td>${D.words(value)}</td></tr>`)}
        ${scores && html`<tr><th>judged</th><td>${scores} (5 is best)${page.judge && ` by ${page.judge}`}</td></tr>`}
        ${page.stand_ins && html`<tr><th>stand-ins</th><td>${page.stand_ins.join(", ")}</td></tr>`}
      </tbody></table>
    <//>`;
  }

  function Tools({ page }) {
    if (!page.tools) return null;
    return html`<${Card} name="tools" title="Tools" count=${page.tools.length} open=${false}>
      <ul class="plain-list">${page.tools.map((tool) => html`<li><strong>${tool.name}</strong>(${given(tool.arguments)})
        <div class="quiet">${tool.description}</div></li>`)}</ul>
    <//>`;
  }

  D.Card = Card;
  D.Panels = ({ page, seek }) => html`${[Role, Facts, World, Tools, Actions, Probes, Events, Effects, Takes, Sound, About].map(
    (Panel) => html`<${Panel} page=${page} seek=${seek} />`)}`;

  /** Why a dialogue is not in the set. */
  D.Rejected = ({ page }) =>
    (page.rejects || []).map((reject) => html`<section class="rejected" aria-label="Rejected">
      <h2>Rejected by ${reject.stage}: ${D.words(reject.reason)}</h2>
      ${reject.evidence && html`<ul>${reject.evidence.split("; ").map((line) => html`<li>${line}</li>`)}</ul>`}
    </section>`);
})();
