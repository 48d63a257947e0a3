"""The things of the storybook: vehicles, toys and what grows."""

from __future__ import annotations

from cliplab.sources.storybook.parts import (
    Part,
    blob,
    block,
    dots,
    gore,
    line,
    oval,
    shape,
    symmetric,
)

_APPLE = (
    line("wood", 0.09, "0,-.5 .02,-.74 .1,-.92"),
    blob("leaf", ".06,-.66 .24,-.92 .6,-.94 .46,-.68"),
    symmetric("body", "0,-.5 .3,-.64 .68,-.54 .86,-.1 .72,.48 .38,.86 0,.78"),
    blob("dark", ".62,-.5 .82,-.1 .7,.44 .4,.82 .12,.78 .46,.5 .62,.02", inside=True),
    oval("pale", "-.46,-.22 .11,.24", 22, inside=True),
    line("dark", 0.06, "-.16,-.5 0,-.42 .16,-.5", inside=True),
)

_BOAT = (
    line("wood", 0.09, "0,.4 0,-.94"),
    shape("body", ".1,-.92 .78,.22 .1,.22"),
    shape("light", ".1,-.5 .35,-.5 .53,-.2 .1,-.2", inside=True),
    shape("cream", "-.1,-.72 -.1,.22 -.66,.22"),
    shape("dark", "0,-1 -.3,-.9 0,-.8"),
    blob("body", "-.96,.36 0,.42 1,.3 .8,.74 .5,.88 -.5,.88 -.82,.72"),
    blob("dark", "-.86,.66 0,.72 .86,.64 .5,.87 -.5,.87", inside=True),
    line("pale", 0.07, "-.88,.5 0,.56 .9,.47", inside=True),
)

_CAR = (
    blob("body", "-.68,.08 -.52,-.4 -.34,-.52 .16,-.52 .36,-.42 .66,.08 0,.2"),
    block("body", "-1,-.06 1,.5", 0.22),
    shape("glass", "-.5,0 -.38,-.36 -.08,-.36 -.08,0", inside=True),
    shape("glass", ".04,0 .04,-.36 .2,-.36 .46,0", inside=True),
    shape("white", "-.42,-.06 -.32,-.3 -.24,-.3 -.34,-.06", inside=True),
    shape("white", ".1,-.06 .1,-.3 .18,-.3 .18,-.06", inside=True),
    block("dark", "-1,.32 1,.5", 0.09, inside=True),
    line("dark", 0.035, "-.02,.02 -.02,.32", inside=True),
    line("light", 0.06, "-.78,.06 -.6,.06", inside=True),
    line("deep", 0.05, ".08,.12 .2,.12", inside=True),
    oval("amber", ".9,.14 .08,.1", inside=True),
    oval("ink", "-.52,.5 .27,.27"),
    oval("ink", ".54,.5 .27,.27"),
    *dots("metal", 0.14, "-.52,.5 .54,.5"),
    *dots("white", 0.05, "-.52,.5 .54,.5"),
)

_GUITAR = (
    block("wood", "-.1,-.76 .1,.2", 0.02),
    symmetric("dark", "0,-1.06 .15,-1.04 .2,-.88 .14,-.7 0,-.68"),
    *dots("cream", 0.04, "-.1,-.94 .1,-.94 -.09,-.81 .09,-.81"),
    symmetric("body", "0,-.36 .3,-.36 .48,-.14 .42,.1 .5,.28 .68,.56 .5,.94 0,1.04"),
    blob("dark", ".52,.32 .65,.56 .48,.92 .02,1.02 .34,.82 .5,.56", inside=True),
    blob("light", "-.42,-.16 -.26,-.31 -.32,-.02 -.37,.06", inside=True),
    oval("pale", "0,.14 .28,.28", inside=True),
    oval("ink", "0,.14 .2,.2", inside=True),
    block("wood", "-.08,-.72 .08,-.02", 0.02, inside=True),
    block("deep", "-.24,.64 .24,.75", 0.04, inside=True),
    line("cream", 0.02, "-.045,-.78 -.045,.66", inside=True),
    line("cream", 0.02, "0,-.78 0,.66", inside=True),
    line("cream", 0.02, ".045,-.78 .045,.66", inside=True),
)

_KITE = (
    line("deep", 0.05, "-.1,.4 -.36,.52 -.32,.78 -.6,.86 -.58,1.08"),
    shape("body", "-.33,.66 -.12,.5 -.06,.76 -.6,.56 -.54,.82"),
    shape("body", "-.57,.98 -.34,.86 -.3,1.1 -.84,.86 -.8,1.12"),
    shape("body", ".3,-.98 .84,-.16 -.12,.46 -.62,-.5"),
    shape("light", ".3,-.98 .84,-.16 .13,-.33", inside=True),
    shape("light", ".13,-.33 -.12,.46 -.62,-.5", inside=True),
    line("deep", 0.045, ".29,-.94 -.11,.42", inside=True),
    line("deep", 0.045, "-.58,-.49 .8,-.17", inside=True),
)

_MUSHROOM = (
    symmetric("cream", "0,0 .24,.04 .22,.44 .36,.86 .2,.98 0,1"),
    symmetric("wood", "0,.1 .22,.1 .24,.2 0,.26", inside=True),
    symmetric("body", "0,-.92 .5,-.76 .86,-.36 .98,.02 .72,.14 0,.18"),
    symmetric("dark", "0,0 .6,-.02 .94,.02 .7,.12 0,.17", inside=True),
    oval("cream", "-.04,-.56 .2,.17", inside=True),
    oval("cream", "-.56,-.26 .16,.14", -20, inside=True),
    oval("cream", ".5,-.34 .18,.15", 20, inside=True),
    oval("cream", ".04,-.16 .13,.1", inside=True),
)


# The right edge of a balloon.
_ENVELOPE = "0,-1 .5,-.86 .76,-.42 .66,.02 .38,.36 .16,.5"

_BALLOON = (
    line("wood", 0.03, "-.13,.48 -.13,.8"),
    line("wood", 0.03, ".13,.48 .13,.8"),
    block("wood", "-.19,.76 .19,1.06", 0.06),
    line("cream", 0.05, "-.15,.8 .15,.8", inside=True),
    gore("body", _ENVELOPE, -1.0, 1.0),
    gore("pale", _ENVELOPE, -0.66, -0.24, inside=True),
    gore("pale", _ENVELOPE, 0.24, 0.66, inside=True),
    gore("dark", _ENVELOPE, 0.86, 1.0, inside=True),
    block("dark", "-.17,.42 .17,.54", 0.04),
)

_ROCKET = (
    symmetric("amber", "0,.5 .24,.62 .14,.86 0,1.12"),
    symmetric("white", "0,.5 .12,.62 .07,.74 0,.88", inside=True),
    blob("dark", ".3,.06 .62,.4 .66,.82 .5,.66 .26,.56"),
    blob("dark", "-.3,.06 -.62,.4 -.66,.82 -.5,.66 -.26,.56"),
    symmetric("body", "0,-1.04 .26,-.66 .38,-.16 .34,.34 .24,.62 0,.64"),
    blob("light", "-.08,-.84 -.22,-.5 -.28,-.1 -.22,.4 -.16,-.2", inside=True),
    symmetric("dark", "0,-1.04 .14,-.86 .24,-.62 0,-.58", inside=True),
    line("pale", 0.1, "-.28,.4 0,.44 .28,.4", inside=True),
    oval("metal", "0,-.16 .22,.22", inside=True),
    oval("glass", "0,-.16 .15,.15", inside=True),
    oval("white", "-.05,-.21 .05,.05", inside=True),
)

_ROBOT = (
    line("metal", 0.06, "0,-.7 0,-.96"),
    oval("amber", "0,-.98 .1,.1"),
    block("metal", "-.12,-.2 .12,0", 0.02),
    line("metal", 0.15, "-.46,.04 -.74,.2 -.78,.46"),
    line("metal", 0.15, ".46,.04 .74,-.1 .8,-.36"),
    oval("dark", "-.78,.5 .15,.15"),
    oval("dark", ".8,-.4 .15,.15"),
    block("metal", "-.32,.5 -.14,.9", 0.02),
    block("metal", ".14,.5 .32,.9", 0.02),
    block("dark", "-.44,.82 -.08,1", 0.08),
    block("dark", ".08,.82 .44,1", 0.08),
    block("dark", "-.6,-.58 .6,-.38", 0.06),
    block("body", "-.5,-.78 .5,-.14", 0.14),
    block("body", "-.48,-.06 .48,.66", 0.12),
    block("pale", "-.32,.08 .32,.46", 0.06, inside=True),
    *dots("ink", 0.06, "-.18,.2 0,.2 .18,.2"),
    line("dark", 0.06, "-.2,.36 .2,.36", inside=True),
    oval("white", "-.22,-.52 .15,.15", inside=True),
    oval("white", ".22,-.52 .15,.15", inside=True),
    *dots("ink", 0.08, "-.2,-.52 .24,-.52"),
    line("deep", 0.06, "-.2,-.27 .2,-.27", inside=True),
)

THINGS: dict[str, tuple[Part, ...]] = {
    "apple": _APPLE,
    "balloon": _BALLOON,
    "boat": _BOAT,
    "car": _CAR,
    "guitar": _GUITAR,
    "kite": _KITE,
    "mushroom": _MUSHROOM,
    "robot": _ROBOT,
    "rocket": _ROCKET,
}
