// What Gradio has no part for: uploads that tell how far they are, before and after, the strip, the list of works.
(() => {
  const $ = (where, of = document) => of.querySelector(where);
  const ask = (path, options = {}) =>
    fetch("/studio/" + path, { ...options, headers: { "x-mariana": "1", ...options.headers } }).then(async (answer) => {
      const said = await answer.json().catch(() => ({ error: "the page's program did not answer" }));
      if (said.error) throw new Error(said.error);
      return said;
    });
  const post = (path) => ask(path, { method: "POST" });
  const press = (name) => $(`#${name}`)?.click();
  const make = (name, words = {}, ...inner) => {
    const made = Object.assign(document.createElement(name), words);
    made.append(...inner.filter((one) => one !== null));
    return made;
  };

  // --- films, pictures and results that are dropped ---
  const limits = { source: 2 ** 30, recipe: 2 ** 28 };
  const say = (kind, words, bad) => {
    const place = kind === "source" ? $("#source-error") : $("#recipe-told");
    if (place) { place.textContent = words; place.classList.toggle("error", bad); }
  };
  function bring(kind, file) {
    say(kind, "", false);
    if (file.size > limits[kind]) return say(kind, `the file has ${(file.size / 2 ** 30).toFixed(2)} GB; ${limits[kind] / 2 ** 30} GB are the most`, true);
    const bar = $(`#${kind} progress`), sent = new XMLHttpRequest();
    sent.open("POST", "/studio/" + kind);
    sent.setRequestHeader("x-mariana", "1");
    sent.setRequestHeader("x-name", encodeURIComponent(file.name));
    sent.upload.onprogress = (now) => { if (bar && now.lengthComputable) { bar.hidden = false; bar.value = now.loaded / now.total; } };
    sent.onloadend = () => {
      if (bar) bar.hidden = true;
      let said = {};
      try { said = JSON.parse(sent.responseText); } catch { said = { error: "the page's program did not answer" }; }
      if (said.error) return say(kind, said.error, true);
      if (kind === "recipe") say(kind, "Its look is taken: it is called “own”", false);
      press(kind === "source" ? "arrived" : "own");
    };
    sent.send(file);
  }
  addEventListener("change", (event) => {
    const place = event.target.closest?.(".drop");
    if (place && event.target.files?.length) { bring(place.id, event.target.files[0]); event.target.value = ""; }
  });
  for (const kind of ["dragover", "dragleave", "drop"]) addEventListener(kind, (event) => {
    const place = event.target.closest?.(".drop") ?? (kind === "drop" ? $("#source") : null);
    event.preventDefault();
    for (const one of document.querySelectorAll(".drop")) one.classList.toggle("over", kind === "dragover" && one === place);
    if (kind === "drop" && place && event.dataTransfer.files.length) bring(place.id, event.dataTransfer.files[0]);
  });

  // --- before and after, and the strip along the film ---
  let cut = "30";
  addEventListener("input", (event) => {
    if (!event.target.matches(".compare input")) return;
    cut = event.target.value;
    document.documentElement.style.setProperty("--cut", cut + "%");
  });
  new MutationObserver(() => {
    const slider = $(".compare input");
    if (slider && slider.value !== cut) slider.value = cut;
  }).observe(document.documentElement, { childList: true, subtree: true });
  addEventListener("click", async (event) => {
    const on = (where) => event.target.closest?.(where);
    const strip = on("#strip"), sample = on("[data-sample]"), way = on("[data-way]");
    if (strip) {
      const box = strip.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * strip.dataset.seconds;
      const number = $("#at input[type=number]");
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(number, at.toFixed(2));
      number.dispatchEvent(new Event("input", { bubbles: true }));
      number.dispatchEvent(new Event("blur"));
    }
    try {
      if (sample) { event.preventDefault(); sample.disabled = true; await post("sample/" + sample.dataset.sample); press("arrived"); }
      if (way) { await post(way.dataset.way); if (way.dataset.then) press(way.dataset.then); await follow(); }
    } catch (error) { say("source", error.message, true); }
    if (sample) sample.disabled = false;
  });

  // Gradio gives each choice a group of its own, so that arrows don't lead from one to the next.
  addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches("input[type=radio]")) return;
    const all = [...event.target.closest(".wrap").querySelectorAll("input")].filter((one) => one.offsetParent);
    const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    event.preventDefault();
    next.focus();
    next.click();
  });

  // --- works: each keeps its place and its focus while its numbers change ---
  const time = (seconds) => seconds >= 3600 ? `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`
    : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.max(1, Math.round(seconds))} s`;
  const size = (bytes) => bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} kB`;
  const words = (work) => ({
    waiting: work.before ? `waits for ${work.before} other${work.before > 1 ? "s" : ""}` : "is about to begin",
    running: work.total ? `${work.made} of ${work.total} ${work.unit}` + (work.left ? `, about ${time(work.left)} left` : "") : "looks at the source",
    stopped: work.total ? `stopped at ${work.made} of ${work.total} ${work.unit}; nothing is lost` : "stopped before it began",
    done: `done in ${time(work.took)}`, failed: "could not be made",
  })[work.state] ?? "";
  const button = (label, way, then = "") => { const made = make("button", { type: "button", textContent: label }); made.dataset.way = way; made.dataset.then = then; return made; };
  const link = (label, name, as) => make("a", { href: `/studio/files/${name}${as ? "?as=" + encodeURIComponent(as) : ""}`, textContent: label });
  function doing(work) {
    const way = (what) => `work/${work.id}/${what}`, lives = work.state === "waiting" || work.state === "running";
    return make("div", { className: "doing" },
      lives ? button("Stop", way("stop")) : null,
      work.state === "stopped" || work.state === "failed" ? button("Go on", way("on")) : null,
      work.result ? link(`Download ${work.file} (${size(work.bytes)})`, work.result, work.file) : null,
      work.state === "done" && work.command !== "explore" ? link("Its look", work.look, "look.toml") : null,
      lives ? null : button("Remove", way("remove")));
  }
  function face(work) {
    if (work.result.endsWith(".mp4")) return make("video", { src: "/studio/files/" + work.result, controls: true, loop: true, muted: true, playsInline: true, className: "large" });
    if (work.result) return make("img", { src: "/studio/files/" + work.result, alt: "The result", className: "large" });
    return null;
  }
  function show(work, row) {
    const key = [work.state, work.before, work.error, work.result].join();
    if (row.dataset.key !== key) {
      row.dataset.key = key;
      row.replaceChildren(
        make("img", { className: "face", alt: "" }),
        make("div", {}, make("p", {}, make("b", { textContent: work.name }), " ", make("span", { className: "how" })),
          make("progress", { max: 1, hidden: work.state !== "running" && work.state !== "stopped" }),
          make("p", { className: "error", textContent: work.error }), doing(work)),
        ...[face(work)].filter(Boolean));
    }
    $(".how", row).textContent = words(work);
    $("progress", row).value = work.total ? work.made / work.total : 0;
    const seen = work.picture ? `/studio/files/${work.picture}?${work.seen}` : "";
    const img = $(".face", row);
    row.classList.toggle("made", work.result !== "");
    img.style.visibility = seen ? "" : "hidden";
    if (seen && img.getAttribute("src") !== seen) img.src = seen;
  }
  function hang(work) {
    const wall = $("#wall");
    if (!wall) return;
    const names = work ? work.looks : [];
    if (wall.dataset.of !== (work?.id ?? "")) { wall.replaceChildren(); wall.dataset.of = work?.id ?? ""; }
    for (const name of names.slice(wall.children.length)) {
      const take = button("Take it", "found/" + name, "own"), more = make("button", { type: "button", textContent: "Its relatives", className: "way" });
      take.className = "way";
      more.onclick = () => { const place = $("#like textarea, #like input"); Object.getOwnPropertyDescriptor(Object.getPrototypeOf(place), "value").set.call(place, name); place.dispatchEvent(new Event("input", { bubbles: true })); setTimeout(() => press("relatives"), 150); };
      wall.append(make("figure", {}, make("img", { src: "/studio/files/" + name, alt: "A look", loading: "lazy" }), make("figcaption", {}, take, more)));
    }
  }
  async function follow() {
    const list = $("#works");
    if (!list) return;
    const { works } = await ask("works");
    $("#none").hidden = works.length > 0;
    const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
    works.forEach((work, place) => {
      const row = rows.get(work.id) ?? make("li");
      rows.delete(work.id);
      row.dataset.id = work.id;
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
      show(work, row);
    });
    for (const row of rows.values()) row.remove();
    hang(works.find((work) => work.command === "explore"));
  }
  setInterval(() => { if (!document.hidden) follow().catch(() => {}); }, 1000);
})();
