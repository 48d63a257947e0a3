"""The Hugging Face Hub: whether it answers, and what its errors mean."""

from __future__ import annotations

import contextlib
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cliplab._core.addresses import without_logins
from cliplab._core.connections import Connections
from cliplab._core.hub_limits import limited_bodies
from cliplab._core.request_errors import NotAvailableError, TemporaryError, UnreachableError
from cliplab._core.validation import wrong_value

# What every Hub has, and what is no web page.
_ANY_ADDRESS = "api/models?limit=1"


def require_real_answer(address: str | None = None) -> None:
    """Check within seconds that a host answers, with whatever status but with no web page.

    Its own library would try for half a minute.

    Parameters
    ----------
    address : str, optional
        Any address of the host that is no web page; one of the Hub when left out.

    Raises
    ------
    ConnectionError
        If it does not answer, or ``HF_HUB_OFFLINE`` is set; the message is the reason alone.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise ConnectionError("HF_HUB_OFFLINE is set")
    Connections().require_no_page(address or f"{constants.ENDPOINT}/{_ANY_ADDRESS}")


def require_repository(path: str) -> None:
    """Check within seconds that the Hub answers for a repository, and that no web page does.

    A network that asks for a login may let the Hub's programs through, and no files.

    Parameters
    ----------
    path : str
        ``"datasets/owner/name"``, or ``"models/owner/name"``. It need not exist.

    Raises
    ------
    ConnectionError
        If it does not answer, or ``HF_HUB_OFFLINE`` is set; the message is the reason alone.
    """
    from huggingface_hub import constants

    require_real_answer(f"{constants.ENDPOINT}/api/{path}")
    # A file that every repository has, and that never begins as a page does.
    require_real_answer(
        f"{constants.ENDPOINT}/{path.removeprefix('models/')}/resolve/main/.gitattributes"
    )


def require_name(name: str) -> None:
    """Refuse what cannot be a name on the Hub.

    Parameters
    ----------
    name : str
        ``"owner/name"``.

    Raises
    ------
    ValueError
        If it is an address, or has no owner.
    """
    if re.fullmatch(r"[\w.-]+/[\w.-]+", name) is None:
        raise ValueError(wrong_value("name", "be 'owner/name' as on the Hub", name))


@contextlib.contextmanager
def uncounted() -> Iterator[None]:
    """Let `datasets` open a dataset without telling another host, which counts downloads."""
    import datasets

    counts = datasets.config.HF_UPDATE_DOWNLOAD_COUNTS
    datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = False
    try:
        yield
    finally:
        datasets.config.HF_UPDATE_DOWNLOAD_COUNTS = counts


@contextlib.contextmanager
def hub_errors(what: str) -> Iterator[None]:
    """Turn errors of the Hub's libraries into one sentence that says what is wrong and what to do.

    An answer that drips, or grows, for ever is such an error too.

    Parameters
    ----------
    what : str
        What is downloaded, for example ``"the dataset org/name"``.

    Raises
    ------
    FileNotFoundError
        If the Hub has no such thing.
    PermissionError
        If it is not public.
    ConnectionError
        If the Hub does not answer, has a problem, or asks for a pause.
    ValueError
        If the content is not usable.
    """
    try:
        with limited_bodies():
            yield
    except Exception as error:
        explained = _explained(error, what)
        if explained is error:
            raise
        # A traceback shows the causes too, and what they say of an address.
        has_login = any(str(each) != without_logins(str(each)) for each in _causes(error))
        raise explained from (None if has_login else error)


@dataclass(frozen=True)
class _Failure:
    """An error and its causes; the outermost error of the Hub's libraries may mislead."""

    names: frozenset[str]
    status: int
    message: str
    first_cause: str
    of_disk: str
    is_gated: bool
    is_of_network: bool
    is_of_library: bool

    @classmethod
    def of(cls, error: Exception, what: str) -> _Failure:
        causes = list(_causes(error))
        # What lies below an error of ours says less.
        first = next((each for each in reversed(causes) if isinstance(each, _OURS)), causes[-1])
        statuses = [status for each in causes if (status := _status(each))]
        modules = {type(each).__module__.split(".")[0] for each in causes}
        return cls(
            names=frozenset(map(_kind, causes)),
            status=statuses[-1] if statuses else 0,
            message=_first_line(error),
            is_gated=re.search(r"\bgated\b", _first_line(error).replace(what, "")) is not None,
            first_cause=_first_line(first),
            of_disk=(error.strerror or "") if isinstance(error, OSError) and error.filename else "",
            is_of_library=_library_of(error) in _LIBRARIES,
            is_of_network=bool(modules & _NETWORK)
            or any(isinstance(each, _OF_NETWORK) for each in causes),
        )


_OF_NETWORK = (ConnectionError, TimeoutError, TemporaryError)
_OURS = (NotAvailableError, TemporaryError, UnreachableError)
# What the Hub calls a reason, and the error that its library makes of it.
_NAMES = {
    "RepoNotFound": "RepositoryNotFoundError",
    "GatedRepo": "GatedRepoError",
    "RevisionNotFound": "RevisionNotFoundError",
    "EntryNotFound": "EntryNotFoundError",
}
# What the Hub's library talks through depends on its version.
_NETWORK = {"httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3"}
_NOT_AS_EXPECTED = {
    "FileMetadataError",
    "JSONDecodeError",
    "OverflowError",
    "UnicodeDecodeError",
}
_LIBRARIES = {"datasets", "fsspec", "huggingface_hub"}
_NO_FILE = {"EntryNotFoundError", "RemoteEntryNotFoundError"}

# The first row that fits is used. {0} is what is downloaded, {1} the message, {2} the first cause.
# {3} is what the disk does not do.
_TABLE: tuple[tuple[Callable[[_Failure], bool], type[Exception], str], ...] = (
    (
        lambda failure: failure.is_of_library and failure.of_disk != "",
        OSError,
        (
            "{0} cannot be saved in the cache of the Hub ({3}). Make room there, or set HF_HOME to "
            "another folder before Python starts."
        ),
    ),
    (
        lambda failure: "OfflineModeIsEnabled" in failure.names,
        ConnectionError,
        (
            "{0} is not on this machine, and HF_HUB_OFFLINE forbids to download it. Unset it "
            "before Python starts, or download it once where there is a network."
        ),
    ),
    (
        lambda failure: "GatedRepoError" in failure.names or failure.is_gated,
        PermissionError,
        (
            "{0} is only for those whom its owner admits. Request access on its page of the Hub, "
            "then log in with `hf auth login`, or set HF_TOKEN."
        ),
    ),
    (
        lambda failure: "RevisionNotFoundError" in failure.names,
        FileNotFoundError,
        "{0} has no such revision. Its page on the Hub lists all revisions.",
    ),
    (
        lambda failure: (
            bool(failure.names & {"RepositoryNotFoundError", "DatasetNotFoundError"})
            or (failure.status in (404, 410) and not failure.names & _NO_FILE)
        ),
        FileNotFoundError,
        (
            "{0} is not on the Hub, or is private. Check its spelling, 'owner/name'; if it is "
            "private, log in with `hf auth login`."
        ),
    ),
    (
        lambda failure: failure.status == 429,
        ConnectionError,
        (
            "The Hub asks us to wait with {0}: too many requests came from this network, which a "
            "whole class shares. Try again in five minutes, or set HF_TOKEN."
        ),
    ),
    (
        lambda failure: failure.status in (401, 403),
        PermissionError,
        (
            "The Hub refuses {0}. Log in with `hf auth login`, or set a valid HF_TOKEN; some "
            "networks also block the Hub."
        ),
    ),
    (
        lambda failure: failure.status >= 500,
        ConnectionError,
        "The Hub has a problem and cannot send {0} ({2}). Try again later.",
    ),
    (
        lambda failure: bool(failure.names & _NO_FILE),
        FileNotFoundError,
        "{0} lacks a file that is needed ({1}). Look at its page on the Hub.",
    ),
    (
        lambda failure: "scripts are no longer supported" in failure.message,
        ValueError,
        (
            "{0} comes with a program of its own, and cliplab never runs one. Try "
            "revision='refs/convert/parquet', a copy without a program."
        ),
    ),
    (
        lambda failure: bool(failure.names & {"EmptyDatasetError", "DataFilesNotFoundError"}),
        ValueError,
        "{0} has no files that can be read. Look at its page on the Hub.",
    ),
    (
        lambda failure: "ArrowInvalid" in failure.names,
        ValueError,
        (
            "{0} is damaged, or its server cannot send parts of a file ({1}). Try again; if that "
            "does not help, tell its owner."
        ),
    ),
    (
        lambda failure: "Consistency check failed" in failure.message,
        ConnectionError,
        "The download of {0} is incomplete. Run the cell again: what was downloaded is saved.",
    ),
    (
        lambda failure: "TooLargeError" in failure.names,
        ValueError,
        "{0} is {2}, and is not downloaded. Ask its owner for a smaller one.",
    ),
    (
        lambda failure: "NotAvailableError" in failure.names,
        ConnectionError,
        (
            "The Hub does not send {0} as it should ({2}): this network may block or change it. If "
            "it asks you to log in, do that, and run the cell again."
        ),
    ),
    (
        lambda failure: bool(failure.names & _NOT_AS_EXPECTED),
        ConnectionError,
        (
            "The answer of the Hub for {0} cannot be read ({2}): this network may change it. If it "
            "asks you to log in, do that, and run the cell again."
        ),
    ),
    (
        lambda failure: failure.is_of_network or "LocalEntryNotFoundError" in failure.message,
        ConnectionError,
        (
            "The Hub cannot be reached for {0} ({2}). Is there a network? If it asks you to log "
            "in, do that, and run the cell again."
        ),
    ),
    (
        lambda failure: failure.is_of_library,
        ValueError,
        "{0} cannot be read ({1}). Look at its page on the Hub, or try again later.",
    ),
)


def _explained(error: Exception, what: str) -> Exception:
    failure = _Failure.of(error, what.rsplit(maxsplit=1)[-1])
    for fits, kind, sentence in _TABLE:
        if fits(failure):
            words = sentence.format(what, failure.message, failure.first_cause, failure.of_disk)
            return kind(words[0].upper() + words[1:])
    return error


def _library_of(error: BaseException) -> str:
    """Return the package of the first function outside of this one that an error passed."""
    packages = [
        str(frame.f_globals.get("__name__")).partition(".")[0]
        for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    return next((name for name in packages if name not in ("cliplab", "contextlib")), "")


def _kind(error: BaseException) -> str:
    return _NAMES.get(getattr(error, "code", ""), type(error).__name__)


def _status(error: BaseException) -> int:
    """Return the status of the answer that was an error: one of ours or of the Hub's library."""
    response = getattr(error, "response", None)
    status = getattr(error, "status", 0) if response is None else response.status_code
    return status if isinstance(status, int) else 0


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes, the suppressed ones too."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
    said = re.sub(r"\[Errno -?[0-9]+\] ", "", str(error)) or type(error).__name__
    return without_logins(said).splitlines()[0][:200]
