"""show.py - numbers as people read them. What is not known is a dash."""

UNKNOWN = "–"
BLANK = "\u202f"  # narrow, and no line breaks there


def is_shown(value):
    return value is not None and 0 <= value < 1e18


def count(value):
    """1234567 -> 1 234 567"""
    return f"{round(value):,}".replace(",", BLANK) if is_shown(value) else UNKNOWN


def scaled(value, unit):
    """Three digits, never an exponent, at least the integer part."""
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}{unit}"


def in_units(value, step, units):
    if not is_shown(value):
        return UNKNOWN
    index = 0
    while index + 1 < len(units) and value >= step:
        value /= step
        index += 1
    return scaled(value, units[index])


def size(value):
    """1572864 -> 1.50 MiB"""
    if is_shown(value) and value < 1024:
        return f"{value:.0f} B"
    return in_units(value / 1024 if is_shown(value) else None, 1024, [" KiB", " MiB", " GiB", " TiB"])


def ns(value):
    return in_units(value, 1000, [" ns", " µs", " ms", " s"])


def seconds(value):
    return ns(value * 1e9) if is_shown(value) else UNKNOWN


def silence(value):
    """Of whole waits: 0.0 s, and no unit below."""
    return f"{value:.1f} s" if is_shown(value) else UNKNOWN


def ratio(value):
    return scaled(value, "×") if is_shown(value) else UNKNOWN


def plain(value):
    return scaled(value, "") if is_shown(value) else UNKNOWN


def interval(low, high):
    """0.645 – 0.648, with the digits that tell the two apart."""
    if not is_shown(low) or not is_shown(high) or not low:
        return ""
    return f"{low:.3f} – {high:.3f}" if high < 9.995 else f"{low:.1f} – {high:.1f}"


def percent(value):
    return scaled(value, " %") if is_shown(value) else UNKNOWN


def counted(value, what):
    """1 round, 2 rounds"""
    return f"{count(value)} {what}{'' if value == 1 else 's'}"


def rounded(value):
    """4.87 million"""
    if value >= 1e9:
        return f"{value / 1e9:.3g} billion"
    return f"{value / 1e6:.3g} million" if value >= 1e6 else count(value)


def listed(names):
    """a, b and c"""
    names = list(names)
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
