"""A question as a widget: box or choices, a button, and the reply below."""

from __future__ import annotations

import ipywidgets
import pytest
from small_lesson import begin_small

from cliplab import course
from cliplab.course.progress import PROGRESS


def _press(asked):
    asked.widget.children[2].click()
    return asked.widget.children[3].value


def test_a_number_is_typed_and_the_button_replies():
    begin_small()
    asked = course.ask("0", "share")
    asked.widget.children[1].value = "0,5"
    assert "Right. You have looked." in _press(asked)


def test_where_a_key_cannot_be_computed_the_reply_says_why():
    begin_small("<b>five</b>")  # A seed that is no number, so that the facts cannot be had.
    asked = course.ask("0", "share")
    asked.widget.children[1].value = "0,5"
    with pytest.raises(TypeError):
        asked.reply()
    assert "It cannot be checked: can&#39;t multiply" in asked.widget.children[3].value


def test_enter_in_the_box_replies_too():
    begin_small()
    asked = course.ask("0", "share")
    box = asked.widget.children[1]
    box.value = "1"
    box._handle_custom_msg({"event": "submit"}, [])
    assert "Hint 1." in asked.widget.children[3].value


def test_a_choice_is_made_by_radio_buttons_of_which_none_is_chosen_at_first():
    begin_small()
    asked = course.ask("0", "word")
    choices = asked.widget.children[1]
    assert isinstance(choices, ipywidgets.RadioButtons)
    assert "must be one of" in _press(asked)
    choices.value = "no"
    assert "Right." in _press(asked)


def test_a_ranking_has_a_menu_for_each_place():
    begin_small()
    asked = course.ask("0", "order")
    menus = asked.widget.children[1].children
    assert "each once" in _press(asked)
    for menu, word in zip(menus, "bca", strict=True):
        menu.value = word
    assert "Right." in _press(asked)


def test_texts_are_escaped_and_replies_are_read_aloud():
    begin_small()
    asked = course.ask("0", "name")
    assert "&lt;b&gt;really&lt;/b&gt;" in asked.widget.children[0].value
    asked.widget.children[1].value = "x" * 300 + "<img src=x>"
    said = _press(asked)
    assert 'role="alert"' in said
    assert "<img" not in said


def test_the_widget_holds_no_key():
    begin_small()
    asked = course.ask("0", "share")
    state = " ".join(str(each.get_state()) for each in [asked.widget, *asked.widget.children])
    assert "0.5" not in state
    assert PROGRESS.tries == []


def test_it_reads_as_its_question_in_plain_python():
    begin_small()
    asked = course.ask("0", "share")
    assert repr(asked) == "AskedQuestion 'share': What is the share, <b>really</b>?"


def test_where_nobody_watches_the_question_alone_is_shown(capsys):
    begin_small()
    course.ask("0", "share")._ipython_display_()
    assert "What is the share, <b>really</b>?" in capsys.readouterr().out
