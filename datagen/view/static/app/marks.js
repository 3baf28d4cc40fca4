// What people say of a dialogue. Marks of others come in every few seconds.
"use strict";

(() => {
  const D = Datagen;
  const { html } = D;
  const { useState, useEffect } = preactHooks;
  const EVERY = 3000;

  /** All marks of a run, kept up to date: {by id}, tags, and a way to add one. */
  D.useMarks = (run) => {
    const [state, setState] = useState({ known: "", marks: {}, tags: [] });
    const [fault, setFault] = useState("");
    useEffect(() => {
      if (D.api.inside) return undefined;
      let known = "";
      let stopped = false;
      const look = async () => {
        if (document.hidden) return;
        try {
          const found = await D.api.marks(run, known);
          if (stopped) return;
          known = String(found.known);
          if (found.marks) setState(found);
          setFault("");
        } catch (error) {
          if (!stopped) setFault(`marks cannot be read: ${error.message}`);
        }
      };
      look();
      const timer = setInterval(look, EVERY);
      return () => {
        stopped = true;
        clearInterval(timer);
      };
    }, [run]);
    const add = async (line) => {
      try {
        const found = await D.api.mark(run, line);
        setState((now) => ({ ...now, tags: found.tags, marks: { ...now.marks, [line.dialog_id]: found.marks } }));
        setFault("");
        return true;
      } catch (error) {
        setFault(error.message);
        return false;
      }
    };
    return { ...state, add, fault };
  };

  D.verdictOf = (mark, who) => mark?.verdicts?.[who] || "";

  D.Verdicts = ({ id, mark, who, add }) => {
    const mine = D.verdictOf(mark, who);
    const say = (verdict) => add({ dialog_id: id, verdict: mine === verdict ? "" : verdict });
    return html`<div class="verdicts" role="group" aria-label="Verdict">
      ${[["approve", "✓", "Approve"], ["reject", "✕", "Reject"]].map(([verdict, sign, name]) => html`
        <button class=${`verdict ${verdict}`} aria-pressed=${mine === verdict} onClick=${() => say(verdict)}
          title=${`${name} (${verdict[0]})`}>${sign} ${name}</button>`)}
    </div>`;
  };

  D.MarksCard = ({ id, mark, tags, who, add, fault, now, seek }) => {
    const [tag, setTag] = useState("");
    const [comment, setComment] = useState("");
    const addTag = async (event) => {
      event.preventDefault();
      const said = tag.trim();
      if (said && (await add({ dialog_id: id, add: [said] }))) setTag("");
    };
    const addComment = async (event) => {
      event.preventDefault();
      const line = { dialog_id: id, comment, seconds: Math.round(now() * 10) / 10 };
      if (comment.trim() && (await add(line))) setComment("");
    };
    const others = Object.entries(mark?.verdicts || {}).filter(([name]) => name !== who);
    return html`<section class="card marks" aria-label="Marks">
      <h2>Marks</h2>
      <${D.Verdicts} ...${{ id, mark, who, add }} />
      ${others.map(([name, verdict]) => html`<p class="quiet">${name}: <span class=${`chip ${verdict === "approve" ? "pass" : "fail"}`}>${verdict}</span></p>`)}
      <div class="tags">
        ${(mark?.tags || []).map((name) => html`<span class="chip tag">${name}
          <button class="bare" aria-label=${`Remove tag ${name}`} onClick=${() => add({ dialog_id: id, remove: [name] })}>×</button></span>`)}
        <form onSubmit=${addTag}><input list="tags" placeholder="tag…" aria-label="New tag" maxlength="60" value=${tag}
          onInput=${(e) => setTag(e.target.value)} /><button>Add</button></form>
        <datalist id="tags">${tags.map(([name]) => html`<option value=${name} />`)}</datalist>
      </div>
      ${(mark?.comments || []).map((said) => html`<div class="comment">
        <div class="quiet"><strong>${said.who}</strong> ${said.time?.slice(0, 16).replace("T", " ")}
          ${said.seconds != null && html` <button class="time" onClick=${() => seek(said.seconds * D.RATE)}>${D.clock(said.seconds * D.RATE)}</button>`}</div>
        <p>${said.text}</p></div>`)}
      <form class="comment-form" onSubmit=${addComment}>
        <textarea rows="2" placeholder="Comment on this moment…" aria-label="Comment" maxlength="4000" value=${comment}
          onInput=${(e) => setComment(e.target.value)}></textarea>
        <button>Comment</button>
      </form>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    </section>`;
  };
})();
