// A listening test: an order of its own for each rater, and the ratings as a file.
"use strict";

(() => {
  const form = document.getElementById("clips");
  const rater = document.getElementById("rater");
  const left = document.getElementById("left");
  const clips = [...form.querySelectorAll("fieldset")];
  for (let i = clips.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [clips[i], clips[j]] = [clips[j], clips[i]];
  }
  clips.forEach((clip, n) => {
    clip.querySelector("legend").textContent = `Clip ${n + 1} of ${clips.length}`;
    form.append(clip);
  });

  const rated = () => clips.map((clip) => [clip.dataset.clip, form.elements[clip.dataset.clip].value]).filter(([, grade]) => grade);
  const count = () => { left.textContent = `${clips.length - rated().length} clips left`; };
  form.addEventListener("change", count);
  count();

  document.getElementById("save").addEventListener("click", () => {
    const name = rater.value.trim().replaceAll('"', "'") || "anonymous";
    const lines = ["rater,clip,grade", ...rated().map(([clip, grade]) => `"${name}",${clip},${grade}`)];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/csv" }));
    link.download = "ratings.csv";
    link.click();
  });
})();
