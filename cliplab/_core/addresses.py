"""Addresses of files: the host in one, the login in one, and the proxy on the way to it."""

from __future__ import annotations

import base64
import re
import urllib.parse
import urllib.request


def split_login(url: str) -> tuple[str, str]:
    """Split an address into itself without a login, and the login, ``"name:password"`` or "".

    Examples
    --------
    >>> split_login("https://ada:s%40fe@example.org/images")
    ('https://example.org/images', 'ada:s@fe')
    """
    # By hand, because urllib refuses some addresses, which could then not be named in an error.
    scheme, separator, rest = url.partition("//")
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    login, _, host_alone = host.rpartition("@")
    return f"{scheme}{separator}{host_alone}{rest[len(host) :]}", urllib.parse.unquote(login)


def without_logins(text: str) -> str:
    """Return a text, such as an error of another library, without the logins in its addresses.

    Examples
    --------
    >>> without_logins("no answer from https://ada:secret@example.org/images")
    'no answer from https://example.org/images'
    """
    return re.sub(r"(?<=://)[^\s/?#'\"<>]*@", "", text)


def host_of(url: str) -> str:
    """Return the host's part of an address, without a login."""
    return re.split("[/?#]", split_login(url)[0].partition("//")[2], maxsplit=1)[0]


def basic_login(login: str) -> str:
    """Return a login as it is sent: in UTF-8 (RFC 7617), where urllib3 knows Latin-1 alone."""
    return f"Basic {base64.b64encode(login.encode(errors='surrogatepass')).decode()}"


def proxy_for(url: str) -> str:
    """Return the proxy for an address, or "" for none; schools often require one."""
    address = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(address.scheme, "")
    if proxy and "//" not in proxy:
        proxy = f"http://{proxy}"
    is_bypassed = proxy and urllib.request.proxy_bypass(address.hostname or "")
    return "" if is_bypassed else proxy
