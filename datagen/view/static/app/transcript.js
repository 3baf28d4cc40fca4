// What is said, turn by turn; words light up as they sound, and a click on one goes there.
"use strict";

(() => {
  const D = Datagen;
  const { html } = D;

  /** Light words, their turns and what licenses these, without drawing the page anew: it happens many times a second. */
  D.lightWords = (root, lit) => {
    for (const shown of root.querySelectorAll(".word.lit, .turn.lit, .licence-in.lit")) shown.classList.remove("lit");
    for (const n of Object.values(lit)) {
      const word = n >= 0 && root.querySelector(`.word[data-n="${n}"]`);
      if (!word) continue;
      word.classList.add("lit");
      const turn = word.closest(".turn");
      turn?.classList.add("lit");
      const number = turn?.id.replace("turn-", "");
      for (const place of root.querySelectorAll(`.licence-in[data-turns*="|${number}|"]`)) place.classList.add("lit");
    }
  };

  const ONSETS = { overlap: "overlaps", barge_in: "barges in", backchannel: "nods" };

  /** What a licence such as prompt.fee or result.call-1 stands for, in words. */
  function grounds(page, licence) {
    const name = licence.slice(licence.indexOf(".") + 1);
    const action = (page.actions || []).find((a) => a.id === name);
    const item = (page.world || []).find((i) => i.id === name);
    return `licence: ${action?.result || item?.text || licence}`;
  }

  function badges(page, turn) {
    const found = [];
    if (turn.act && turn.act !== turn.onset) found.push(["act", D.words(turn.act)]);
    const emotion = turn.emotion?.label ?? (typeof turn.emotion === "string" ? turn.emotion : "");
    if (emotion && emotion !== "neutral") found.push(["emotion", emotion]);
    if (turn.repairs != null) found.push(["repairs", `mends turn ${turn.repairs}`]);
    for (const call of turn.calls || []) {
      const action = (page.actions || []).find((a) => a.id === call);
      found.push(["calls", `calls ${action?.tool || call}`]);
    }
    for (const licence of [turn.licence || []].flat()) found.push(["licence", licence, grounds(page, licence)]);
    return found;
  }

  function Words({ page, number, seek }) {
    return page.ofTurn[number].map((n) => {
      const [, text, start] = page.words[n];
      const fact = page.factOf.get(n);
      const about = fact == null ? null : page.facts[fact];
      return html`<span class=${`word${about ? " fact" : ""}`} data-n=${n}
        title=${about ? `${about.id}: ${about.written}` : undefined}
        onClick=${() => seek(start)}>${text}</span> `;
    });
  }

  function Turn({ page, turn, number, seek }) {
    const placed = turn.start != null;
    const silent = !page.ofTurn[number]?.length;
    const heard = page.ofTurn[number]?.map((n) => page.words[n][1]).join(" ");
    const kinds = [turn.speaker, turn.onset === "backchannel" ? "nod" : ""].join(" ");
    return html`<li class=${`turn ${kinds}`} id=${`turn-${number}`}>
      <div class="turn-head">
        ${placed && html`<button class="time" onClick=${() => seek(turn.start)}
          aria-label=${`Play turn ${number} at ${D.clock(turn.start)}`}>${D.clock(turn.start)}</button>`}
        <span class=${`who of-${turn.speaker}`}>${turn.speaker}</span>
        ${ONSETS[turn.onset] && html`<span class="chip onset">${ONSETS[turn.onset]}</span>`}
        ${badges(page, turn).map(([kind, text, title]) => html`<span class=${`chip ${kind}`} title=${title || kind}>${text}</span>`)}
      </div>
      <p class="said">
        ${silent ? html`<span class="plain">${turn.text}</span>` : html`<${Words} page=${page} number=${number} seek=${seek} />`}
        ${turn.unsaid && html`<s class="unsaid" title="not said: the speaker was cut off">${turn.unsaid}</s>`}
      </p>
      ${!silent && turn.text !== heard && !turn.unsaid && html`<p class="written" title="as written">${turn.text}</p>`}
    </li>`;
  }

  D.Transcript = ({ page, seek }) => {
    const order = page.turns.map((turn, number) => ({ turn, number }));
    order.sort((a, b) => (a.turn.start ?? a.number) - (b.turn.start ?? b.number));
    const said = order.filter(({ turn }) => turn.spoken || turn.text);
    if (!said.length) return null;
    return html`<section class="card transcript" aria-label="Transcript">
      <h2>Transcript</h2>
      <ol class="turns">
        ${said.map(({ turn, number }) => html`<${Turn} key=${number} ...${{ page, turn, number, seek }} />`)}
      </ol>
    </section>`;
  };
})();
