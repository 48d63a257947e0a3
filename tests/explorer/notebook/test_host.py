import asyncio
import json
import threading

import numpy as np
import pytest
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, CustomJS
from bokeh.plotting import figure
from ipywidgets import Label

from cliplab.explorer.notebook import front_end as front_ends
from cliplab.explorer.notebook import host
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.front_end import current_cell, front_end
from cliplab.explorer.notebook.host import HostedModel, show
from cliplab.explorer.notebook.stored_copy import Content, StoredCopy

BROWSER_SAYS_ITS_SIZE = "inner_width"


class _Recorder(HostedModel):
    """Writes down what is sent to the browser."""

    def send(self, content, buffers=None):
        self.sent.append((content, buffers))


@pytest.fixture
def plot():
    plot = figure()
    plot.scatter("x", "y", source=ColumnDataSource({"x": [1.0, 2.0], "y": [3.0, 4.0]}, name="src"))
    return plot


def _hosted(plot):
    hosted = _Recorder(plot, EventLoop())
    hosted.sent = []
    return hosted


def _browser_says(hosted, plot, attr, new):
    content = {"kind": "ModelChanged", "model": {"id": plot.id}, "attr": attr, "new": new}
    hosted._sync_model(hosted, {"event": "jsevent", **content}, [])


def _patches(hosted):
    """Return the events of every message that was sent."""
    texts = [json.loads(content["payload"]) for content, _ in hosted.sent if "payload" in content]
    return [text["events"] for text in texts if "events" in text]


def _ids(sent, what="defines"):
    """Return the ids of the models that a message defines, or refers to."""
    found = set()
    if isinstance(sent, dict):
        is_definition = "type" in sent and "name" in sent
        if "id" in sent and is_definition == (what == "defines"):
            found.add(sent["id"])
        sent = list(sent.values())
    if isinstance(sent, list):
        found = found.union(*(_ids(each, what) for each in sent))
    return found


def _source(plot):
    return plot.select_one({"name": "src"})


def test_a_plot_is_written_once_when_it_is_made_and_anew_when_a_page_asks(plot, monkeypatch):
    documents = []
    write = HostedModel._model_to_traits
    monkeypatch.setattr(
        HostedModel,
        "_model_to_traits",
        staticmethod(lambda model: documents.append(model) or write(model)),
    )
    hosted = HostedModel(plot, EventLoop())
    assert len(documents) == 1
    plot.title.text = "new"
    assert "new" in json.dumps(hosted.get_state()["render_bundle"])
    assert len(documents) == 2


def test_what_changes_before_the_view_stands_is_sent_when_it_stands(in_kernel, plot):
    async def story():
        hosted = _hosted(plot)
        plot.title.text = "new"
        assert hosted.sent == []
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        ((event,),) = _patches(hosted)
        assert (event["attr"], event["new"]) == ("text", "new")

    in_kernel(story)


def test_a_batch_is_one_message_with_only_the_columns_that_changed(in_kernel, plot):
    async def story():
        hosted = _hosted(plot)
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        with hosted.batch():
            _source(plot).data.update({"x": np.array([5.0, 6.0], dtype=np.float32)})
            plot.title.text = "new"
            assert _patches(hosted) == []
        ((data, title),) = _patches(hosted)
        assert data["cols"] == ["x"]
        assert title["new"] == "new"

    in_kernel(story)


def test_columns_that_change_one_after_the_other_go_out_as_one_change(in_kernel, plot):
    async def story():
        hosted = _hosted(plot)
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        with hosted.batch():
            _source(plot).data.update({"x": [5.0, 6.0]})
            _source(plot).data.update({"y": [7.0, 8.0]})
        ((data,),) = _patches(hosted)
        assert data["cols"] == ["x", "y"]

    in_kernel(story)


def test_of_a_plot_that_is_new_nothing_is_said_before_it_is_there(in_kernel, plot):
    async def story():
        layout = column(plot)
        hosted = _hosted(layout)
        known = _ids(json.loads(hosted.get_state()["render_bundle"]))
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        with hosted.batch():
            new = figure(title="first")
            # From here on it belongs to the document, and each change to it is noted.
            plot.x_range.js_on_change("start", CustomJS(args={"new": new}, code=""))
            new.title.text = "second"
            plot.x_range.js_on_change("end", CustomJS(args={"new": new}, code=""))
            layout.children = [plot, new]
        (events,) = _patches(hosted)
        for event in events:
            known |= _ids(event)
            assert _ids(event, "refers") <= known
        assert '"second"' in json.dumps(events)
        new.title.text = "third"
        assert [event["new"] for event in _patches(hosted)[-1]] == ["third"]

    in_kernel(story)


@pytest.mark.parametrize(("n_rows", "n_buffers"), [(10, 0), (10_000, 1)])
def test_only_large_columns_take_messages_of_their_own(in_kernel, plot, n_rows, n_buffers):
    async def story():
        hosted = _hosted(plot)
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        column = np.random.default_rng(0).normal(size=n_rows).astype(np.float32)
        _source(plot).data = {"x": column, "y": [0.0] * n_rows}
        assert sum(buffers is not None for _, buffers in hosted.sent) == n_buffers
        header = json.loads(hosted.sent[0][0]["payload"])
        assert header["num_buffers"] == n_buffers

    in_kernel(story)


def test_what_the_browser_did_is_not_sent_back_to_it(in_kernel, plot):
    async def story():
        hosted = _hosted(plot)
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        selected = _source(plot).selected
        content = {"kind": "ModelChanged", "model": {"id": selected.id}, "attr": "indices"}
        hosted._sync_model(hosted, {"event": "jsevent", **content, "new": [1]}, [])
        assert selected.indices == [1]
        assert _patches(hosted) == []

    in_kernel(story)


def test_a_page_that_is_loaded_again_gets_what_is_and_not_what_was(in_kernel, plot):
    async def story():
        hosted = _hosted(plot)
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        plot.title.text = "seen before the reload"
        hosted.sent.clear()
        bundle = hosted.get_state()["render_bundle"]
        assert "seen before the reload" in bundle
        plot.title.text = "while the new page is built"
        hosted.sent.clear()
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        ((event,),) = _patches(hosted)
        assert event["new"] == "while the new page is built"
        hosted.sent.clear()
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 400)
        assert _patches(hosted) == []

    in_kernel(story)


def test_a_page_that_comes_without_asking_gets_the_whole_state(in_kernel, plot):
    async def story():
        hosted, states = _hosted(plot), []
        hosted._send = lambda message, buffers=None: states.append(message["state"])
        hosted.welcome()  # The first page has the state with which the plot was made.
        assert states == []
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        plot.title.text = "since then"
        hosted.welcome()
        (state,) = states
        assert "since then" in state["render_bundle"]
        hosted.get_state()
        hosted.welcome()  # This one has asked.
        assert len(states) == 1

    in_kernel(story)


def test_a_page_that_was_cut_off_for_a_while_goes_on_being_served(in_kernel, plot):
    async def story():
        hosted = _hosted(plot)
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        hosted.get_state()
        plot.title.text = "after the laptop woke up"
        ((event,),) = _patches(hosted)
        assert event["new"] == "after the laptop woke up"

    in_kernel(story)


@pytest.mark.slow
def test_of_many_changes_to_one_thing_only_the_last_is_kept_for_a_new_view(in_kernel, plot):
    async def story():
        hosted = _hosted(plot)
        for i in range(50):
            plot.title.text = str(i)
            _source(plot).data.update({"x": [float(i), 0.0]})
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        (events,) = _patches(hosted)
        assert len(events) == 2
        assert events[0]["new"] == "49"

    in_kernel(story)


def test_a_message_that_arrives_on_another_thread_is_applied_on_the_main_one(in_kernel, plot):
    async def story():
        hosted, seen = _hosted(plot), []

        def note(attr, old, new):
            seen.append(threading.get_ident())

        _source(plot).selected.on_change("indices", note)
        selected = _source(plot).selected
        content = {"kind": "ModelChanged", "model": {"id": selected.id}, "attr": "indices"}
        message = {"event": "jsevent", **content, "new": [1]}
        await asyncio.to_thread(hosted._sync_model, hosted, message, [])
        await asyncio.sleep(0.05)
        assert set(seen) == {threading.main_thread().ident}

    in_kernel(story)


def test_what_the_page_has_painted_is_sent_only_to_a_view_that_is_older(in_kernel, plot):
    async def story():
        hosted = _hosted(plot)
        with hosted.quiet():
            plot.title.text = "before there is a view"
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        ((event,),) = _patches(hosted)
        assert event["new"] == "before there is a view"
        hosted.sent.clear()
        with hosted.quiet():
            plot.title.text = "painted"
        assert hosted.sent == []
        hosted.get_state()
        with hosted.quiet():
            plot.title.text = "painted while a new page is built"
        assert hosted.sent == []
        _browser_says(hosted, plot, BROWSER_SAYS_ITS_SIZE, 300)
        ((event,),) = _patches(hosted)
        assert event["new"] == "painted while a new page is built"
        plot.title.text = "heard by all"
        assert len(_patches(hosted)) == 2

    in_kernel(story)


def test_without_a_front_end_nothing_is_kept_to_be_sent(plot):
    hosted = _hosted(plot)
    for i in range(3):
        plot.title.text = str(i)
    assert (hosted.sent, hosted._unsent) == ([], {})
    assert '"2"' in hosted.get_state()["render_bundle"]


def test_plain_python_has_no_front_end():
    assert front_end() == "none"
    assert current_cell() is None


def _show(close):
    content = Content(lambda: "A label.", lambda: None, lambda: None, 0)
    show(Label(), close, StoredCopy(content, figure()), EventLoop())


@pytest.fixture
def cells(monkeypatch):
    """Run cells by name: each call stands for one execution, whose number is new."""
    monkeypatch.setattr(host, "_shown", {})
    numbers = iter(range(100))

    def run(cell, *closers):
        request = {"metadata": {"cellId": cell}, "header": {"msg_id": str(next(numbers))}}
        monkeypatch.setattr(front_ends, "_execute_request", lambda: request)
        for close in closers:
            _show(close)

    return run


def test_a_cell_that_runs_again_replaces_what_it_showed(cells):
    closed = []
    cells("a", lambda: closed.append("first"))
    cells("a", lambda: closed.append("second"))
    assert closed == ["first"]


def test_cells_and_things_of_one_run_live_side_by_side(cells):
    closed = []
    cells("a", lambda: closed.append("left"), lambda: closed.append("right"))
    cells("b", lambda: closed.append("other"))
    assert closed == []
    cells("a")
    cells("a", lambda: None)
    assert closed == ["left", "right"]


@pytest.mark.parametrize(
    ("allow_stdin", "server", "expected"),
    [(True, "", "jupyter"), (False, "", "none"), (False, "voila/0.5", "jupyter")],
)
def test_who_watches_is_known_from_the_request(monkeypatch, allow_stdin, server, expected):
    request = {"content": {"allow_stdin": allow_stdin}}
    monkeypatch.setattr(front_ends, "_execute_request", lambda: request)
    monkeypatch.setenv("SERVER_SOFTWARE", server)
    assert front_end() == expected


@pytest.mark.parametrize(
    ("number", "expected"), [("5e55-10_1234_7", "none"), ("0b1c-44d9", "jupyter")]
)
def test_a_page_that_takes_no_input_is_not_taken_for_a_program(monkeypatch, number, expected):
    header = {"msg_id": number, "session": "5e55-10"}
    request = {"content": {"allow_stdin": False}, "header": header}
    monkeypatch.setattr(front_ends, "_execute_request", lambda: request)
    assert front_end() == expected


def test_the_page_is_told_what_has_gone_when_something_is_shown_next(monkeypatch, plot):
    monkeypatch.setattr(host, "_gone", [])
    monkeypatch.setenv("CLIPLAB_FRONT_END", "jupyter")
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda shown, **_: displayed.append(shown))
    _hosted(plot).close()
    _show(lambda: None)
    _show(lambda: None)
    scripts = [each.data for each in displayed if hasattr(each, "data")]
    assert f'["{plot.id}"]' in scripts[0]
    assert plot.id not in scripts[1]


def test_bokehjs_comes_from_the_installed_package_and_is_loaded_once():
    code = host._bokeh_js([]).data
    assert code.startswith("if (!window.Bokeh)")
    assert len(code) > 1_000_000
    assert "http" not in code[:200]
