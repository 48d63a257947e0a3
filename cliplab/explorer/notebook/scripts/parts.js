// A page has parts that the kernel has too: BokehJS, and the extensions of widgets. Where one is older
// or newer, plots stay empty without a word, so a sentence says it. VS Code and Colab load what the
// kernel asks for; only JupyterLab and Notebook 7 have extensions of their own, and say where.

export async function tellOddParts(element, window, needed, words) {
  const tell = (sentence, values) => {
    const line = window.document.createElement("p");
    line.setAttribute("role", "alert");
    line.textContent = sentence.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
    element.append(line);
  };
  const page = window.Bokeh?.version;
  if (page && numbers(page).join() !== numbers(needed.bokeh).join()) {
    tell(words.bokeh, { page, kernel: needed.bokeh });
  }
  const address = extensionsAddress(window.document);
  for (const { name, range, pip } of address ? needed.extensions : []) {
    const version = await versionAt(`${address}/${name}/package.json`, window);
    if (version !== undefined && !satisfies(version, range)) {
      tell(version === null ? words.missing : words.extension, { name, range, pip, page: version });
    }
  }
}

function extensionsAddress(document) {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  return config && JSON.parse(config).fullLabextensionsUrl;
}

// null where there is none, and undefined where the page does not say.
async function versionAt(address, window) {
  try {
    const response = await window.fetch(address);
    if (response.ok) return (await response.json()).version;
    return response.status === 404 ? null : undefined;
  } catch {
    return undefined;
  }
}

function numbers(version) {
  return [...version.matchAll(/\d+/g)].slice(0, 3).map(Number);
}

// As npm has it: ^ allows whatever leaves the first number, which is not 0, and ~ the first two.
export function satisfies(version, range) {
  if (version === null) return false;
  const [have, need] = [numbers(version), numbers(range)];
  const kept = range.startsWith("~") || need[0] === 0 ? 2 : 1;
  if (have.slice(0, kept).join() !== need.slice(0, kept).join()) return false;
  const differs = have.findIndex((each, i) => each !== (need[i] ?? 0));
  return differs < 0 || have[differs] > (need[differs] ?? 0);
}
