"""The project around the code: what is installed, shipped, and checked for a pull request."""

from __future__ import annotations

import email
import re
import socket
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement

import cliplab
import cliplab._core.extras as code_extras

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LIGHT = [Requirement(each) for each in PROJECT["project"]["dependencies"]]
EXTRAS = PROJECT["project"]["optional-dependencies"]
CLIP = [Requirement(each) for each in EXTRAS["clip"]]
# What Binder and Colab get.
DEPENDENCIES = [*LIGHT, *CLIP]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# What Colab preinstalls, August 2026 (googlecolab/backend-info). A floor above one of these would
# make pip replace it, and with it break something else there. (matplotlib, safetensors and urllib3:
# of 2025.)
COLAB = {
    "anywidget": "0.9.21",
    "bokeh": "3.8.2", "datasets": "4.0.0", "ipykernel": "6.17.1", "ipywidgets": "7.7.1",
    "jinja2": "3.1.6", "lazy_loader": "0.4", "matplotlib": "3.10.0",
    "numpy": "2.1.3", "pandas": "2.2.3", "pillow": "11.3.0",
    "safetensors": "0.5.3", "scikit-learn": "1.6.1", "torch": "2.11.0", "torchvision": "0.26.0",
    "umap-learn": "0.5.12", "urllib3": "2.5.0",
}  # fmt: skip
# What is not preinstalled there, and what the Colab cell installs.
ABSENT_FROM_COLAB = {"jupyter_bokeh", "open_clip_torch"}
# What conda-forge calls them.
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "open_clip_torch": "open-clip-torch",
    "torch": "pytorch",
}


def test_no_floor_is_above_what_colab_preinstalls():
    assert {each.name for each in DEPENDENCIES} <= set(COLAB) | ABSENT_FROM_COLAB
    optional = [Requirement(each) for name in ("lab", "umap") for each in EXTRAS[name]]
    for requirement in [*DEPENDENCIES, *optional]:
        if requirement.name in COLAB:
            assert requirement.specifier.contains(COLAB[requirement.name]), str(requirement)


def test_only_torch_and_what_moves_with_it_has_no_ceiling():
    without = {each.name for each in DEPENDENCIES if "<" not in str(each.specifier)}
    assert without == {"numpy", "pillow", "torch", "torchvision"}


def test_the_light_way_in_brings_no_torch_and_the_extra_clip_all_of_it():
    assert {each.name for each in CLIP} == {"open_clip_torch", "torch", "torchvision"}
    assert not {each.name for each in CLIP} & {each.name for each in LIGHT}


def test_the_extras_in_code_are_those_of_the_package():
    modules = {"open_clip_torch": "open_clip", "umap-learn": "umap"}
    for extra, names in code_extras.EXTRAS.items():
        brought = {Requirement(each).name for each in EXTRAS[extra]} - {"cliplab"}
        assert {modules.get(name, name) for name in brought} == set(names)


def test_the_lock_holds_hashes_and_no_registrys_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links", lock)
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE).strip())
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+.* \\\n +--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_the_lock_holds_everything_that_is_asked_for():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    asked = [*DEPENDENCIES]
    for extra in EXTRAS.values():
        asked += [Requirement(each) for each in extra]
    for requirement in asked:
        name = re.sub(r"[_.]", "-", requirement.name.lower())
        versions = re.findall(rf"^{name}==(\S+)", lock, re.MULTILINE)
        assert name == "cliplab" or versions, name
        assert all(requirement.specifier.contains(version) for version in versions), name


@pytest.mark.parametrize("path", ["environment.yml", "binder/environment.yml"])
def test_conda_gets_the_same_dependencies(path):
    environment = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(r"^  - python=3\.\d+$", environment, re.MULTILINE)
    for requirement in DEPENDENCIES:
        name = CONDA_NAMES.get(requirement.name, requirement.name)
        found = re.search(rf"^  - {name}(-cpu)?([<>=].*)$", environment, re.MULTILINE)
        assert found, name
        assert Requirement(f"x{found[2]}").specifier == requirement.specifier, name


@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_binders_scripts_can_run_and_stop_at_the_first_error(name):
    script = ROOT / "binder" / name
    assert script.stat().st_mode & 0o111
    assert script.read_text(encoding="utf-8").startswith("#!/bin/bash\nset -e\n")


def test_binders_start_hands_over_to_what_it_is_given():
    start = [ROOT / "binder" / "start", "printenv", "OMP_NUM_THREADS"]
    assert subprocess.run(start, capture_output=True, text=True, check=True).stdout == "1\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_store_no_outputs_and_open_without_a_question(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_begin_with_a_title_and_colabs_cell(path):
    title, install = nbformat.read(path, as_version=4).cells[:2]
    assert title.source.startswith("# ")
    assert install.metadata.tags == ["colab-install"]
    assert len(install.source.splitlines()) <= 6


@pytest.mark.slow
def test_the_public_address_stands_in_one_place_and_is_stamped_everywhere():
    script = ROOT / "tools" / "stamp_address.py"
    check = [sys.executable, str(script), "--check"]
    result = subprocess.run(check, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_a_new_address_reaches_the_badges_the_links_and_colabs_cell(tmp_path):
    for folder in ("notebooks", "tools", "cliplab/packs"):
        (tmp_path / folder).mkdir(parents=True)
    pack = tmp_path / "cliplab" / "packs" / "address.py"
    pack.write_text('PACK = "somewhere else"\n', "utf-8")
    script = tmp_path / "tools" / "stamp_address.py"
    script.write_text((ROOT / "tools" / "stamp_address.py").read_text("utf-8"), "utf-8")
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    old = PROJECT["tool"]["cliplab"]["address"]["repository"]
    settings = settings.replace(old, "https://github.com/ada/lab")
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    readme = tmp_path / "README.md"
    readme.write_text("# A\n\n<!-- badges -->\n<!-- /badges -->\n\nB\n", "utf-8")
    lesson = tmp_path / "notebooks" / "a.ipynb"
    cells = [nbformat.v4.new_markdown_cell("# First\n\nWords"), nbformat.v4.new_code_cell("1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), lesson)

    run = [sys.executable, str(script)]
    assert subprocess.run([*run, "--check"], capture_output=True, check=False).returncode == 1
    subprocess.run(run, capture_output=True, check=True)
    stamped = lesson.read_bytes()
    subprocess.run(run, capture_output=True, check=True)
    assert subprocess.run([*run, "--check"], capture_output=True, check=False).returncode == 0

    assert lesson.read_bytes() == stamped
    address = PROJECT["tool"]["cliplab"]["address"]["pack"]
    assert pack.read_text("utf-8") == f'PACK = "{address}"\n'
    ids = [cell.id for cell in nbformat.read(lesson, as_version=4).cells]
    assert ids == [cells[0].id, "colab-install", cells[1].id]
    title, install, _ = nbformat.read(lesson, as_version=4).cells
    assert title.source.startswith("# First\n\n<!-- badges -->\n")
    assert title.source.endswith("\n<!-- /badges -->\n\nWords")
    assert "https://github.com/ada/lab/archive/" in install.source
    table = readme.read_text("utf-8")
    assert table.startswith("# A\n\n<!-- badges -->\n")
    assert table.endswith("\n\nB\n")
    assert "[First](notebooks/a.ipynb)" in table
    assert "https://mybinder.org/v2/gh/ada/lab/" in table
    assert "https://colab.research.google.com/github/ada/lab/blob/" in table


def test_the_version_stands_in_the_package_alone():
    assert "version" in PROJECT["project"]["dynamic"]
    place = ROOT / PROJECT["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{cliplab.__version__}"' in place.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this tree, built as pip builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True, timeout=120)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


@pytest.mark.slow
def test_the_index_shows_a_readme_whose_links_are_absolute(wheel):
    (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(wheel.read(name))
    address = PROJECT["tool"]["cliplab"]["address"]
    files = f"{address['repository']}/blob/{address['ref']}"
    links = dict(each.split(", ") for each in metadata.get_all("Project-URL"))
    assert links["Changelog"] == f"{files}/CHANGELOG.md"
    assert metadata["Version"] == cliplab.__version__
    assert metadata["Description-Content-Type"] == "text/markdown"
    readme = metadata.get_payload(decode=True).decode()
    assert f"]({files}/DESIGN.md)" in readme
    assert f"]({files.replace('/blob/', '/raw/')}/docs/explorer.png)" in readme
    assert re.findall(r"\]\((?!https://|#)[^)]*\)", readme) == []


@pytest.mark.slow
def test_the_wheel_has_the_lessons_and_no_tests(wheel):
    names = set(wheel.namelist())
    assert {f"cliplab/notebooks/{path.name}" for path in NOTEBOOKS} <= names
    assert "cliplab/_core/messages/de.toml" in names
    assert not any(name.startswith(("tests/", "tools/", "notebooks/")) for name in names)


def test_tests_get_no_network():
    with pytest.raises(OSError, match="tests run without a network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_makes_verbs_are_explained_by_make_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verbs = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    assert all(re.search(rf"^{verb}:.*## \w", makefile, re.MULTILINE) for verb in verbs)


def test_pull_requests_are_tested_on_every_python_that_is_named():
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    workflow = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["quick"]["strategy"]["matrix"]
    assert matrix["python"] == named
    assert [run["python"] for run in matrix["include"]] == named[:1] * len(matrix["os"])


def test_contributors_are_told_what_each_marker_means():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    markers = [
        each.partition(":")[0] for each in PROJECT["tool"]["pytest"]["ini_options"]["markers"]
    ]
    assert markers == sorted(markers)
    assert all(f"| `{name}` |" in guide for name in markers)
