// Draws each figure at the width of its place; the static picture stays until the drawn one is there, or if it fails.
const draw = async (place) => {
  const spec = structuredClone(specs[place.dataset.figure]);
  const width = Math.max(300, Math.min(place.clientWidth, 760));
  spec.width = width;
  if (width < 480 && spec.usermeta?.moves_apart) spec.height *= 1.6;
  if (width < 480) spec.config.legend.columns = 1;
  spec.autosize = {type: "fit-x", contains: "padding"};
  const stage = document.createElement("div");
  await window.vegaEmbed(stage, spec, {actions: false, renderer: "svg", tooltip: {theme: "custom"}});
  place.replaceChildren(...stage.childNodes);
  place.dataset.drawn = String(width);
};
const places = [...document.querySelectorAll(".chart")];
for (const place of places) await draw(place);
document.documentElement.dataset.drawn = "all";
let waiting;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => places.filter((place) => Math.abs(place.clientWidth - place.dataset.drawn) > 24).forEach(draw), 200);
});
