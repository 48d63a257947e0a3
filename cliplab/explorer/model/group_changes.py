"""What a learner does to the groups, and how it is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cliplab._core.language import say
from cliplab.explorer.model.groups import NamedGroup, require_groups, with_group
from cliplab.explorer.model.state import GROUPS

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession


class GroupChanges:
    """The changes of `state.groups`, from the page or in code, so that the last can be undone.

    Parameters
    ----------
    session : ExplorerSession
        Whose groups they are.

    Attributes
    ----------
    said : str
        What the last change has done beside what was asked for, in sentences.
    """

    def __init__(self, session: ExplorerSession) -> None:
        self._session = session
        self._before: list[tuple[NamedGroup, ...]] = []
        self.said = ""
        session.state.observe(self._remember, "groups")

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._before)

    def keep(self, name: str, note: str = "") -> bool:
        """Put the selected images into a group; return False, and say why, where it is refused."""
        session, state = self._session, self._session.state
        try:
            groups, said = with_group(state.groups, NamedGroup(state.selected, name, note))
            require_groups(groups, len(session.images))
        except ValueError as error:
            session.say(str(error))
            return False
        session.run(lambda: self._change(groups, said))
        return True

    def remove(self, name: str) -> None:
        """Remove a group; its images stay where they are."""
        left = tuple(each for each in self._session.state.groups if each.name != name)
        said = say("groups.removed", name=name)
        self._session.run(lambda: self._change(left, said))

    def undo(self) -> None:
        """Take the last change back."""

        def take_back() -> None:
            self._change(self._before[-1], say("groups.undone"))
            del self._before[-2:]  # Taking back is no change that can be taken back.

        if self._before:
            self._session.run(take_back)

    def forget(self) -> None:
        """Begin anew: what was changed before cannot be taken back."""
        self._before.clear()
        self.said = ""

    def follow(self) -> None:
        """Colour by something else once there is no group to colour by."""
        session = self._session
        if session.state.color_by == GROUPS and not session.state.groups:
            session.state.color_by = session.first_color

    def _change(self, groups: tuple[NamedGroup, ...], said: str) -> None:
        self._session.state.groups = groups
        self.said = said

    def _remember(self, change: Any) -> None:
        self._before.append(change["old"])
        self.said = ""
