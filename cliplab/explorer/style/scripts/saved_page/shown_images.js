import { element } from "../page/elements.js";
import { QUIET, replace } from "../page/paint.js";

// The menu of what stands on the map, and what is said of it: dots, typical images, or a wall,
// which the page holds. The plots draw it as in the notebook.
export function shownImages(said, wall, plots) {
  const images = plots.get_model_by_name("images");
  const chosen = plots.get_model_by_name("map images");
  const { renderers } = plots.get_model_by_name("scatter");
  const part = (name) => renderers.find((each) => each.name === name);
  const onMap = { x: images.get_column("x"), y: images.get_column("y") };
  const onWall = { x: numbersOf(wall.x), y: numbersOf(wall.y) };
  const menu = element("select");
  const label = element("label", { text: `${said.show} ` }, menu);
  const note = element("span", { class: "cliplab-quiet" });
  for (const [value, text] of Object.entries(said.map_images)) {
    menu.append(element("option", { value, text }));
  }
  menu.addEventListener("change", show);
  let isByCluster = true;

  function show() {
    const isWall = menu.value === "wall";
    replace(images, isWall ? onWall : onMap);
    part("points").setv({ visible: !isWall }, QUIET);
    part("tiles").setv({ visible: isWall }, QUIET);
    chosen.setv({ data: { shown: [menu.value], cell: [isWall ? wall.cell : 0] } }, QUIET);
    note.textContent = isWall ? wall.note : "";
    showNumbers();
  }

  // On the wall numbers would cover images; beside typical images they are read in all colours.
  function showNumbers() {
    const visible = menu.value === "typical" || (isByCluster && menu.value !== "wall");
    part("cluster numbers").setv({ visible }, QUIET);
  }

  return {
    label,
    note,
    color(byCluster) {
      isByCluster = byCluster;
      showNumbers();
    },
  };
}

// Images that the wall has no cell for are nowhere.
function numbersOf(column) {
  return Float64Array.from(column, (each) => each ?? Number.NaN);
}
