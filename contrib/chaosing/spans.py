"""Arithmetic of spans of time, which are pairs of moments."""


def union(spans):
    found = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([begin, end])
    return found


def subtract(spans, others):
    """What of some spans lies in none of the others."""
    found = []
    others = union(others)
    for begin, end in union(spans):
        for other_begin, other_end in others:
            if other_end <= begin or other_begin >= end:
                continue
            if other_begin > begin:
                found.append([begin, other_begin])
            begin = max(begin, other_end)
        if begin < end:
            found.append([begin, end])
    return found


def both(some, others):
    """What lies in both."""
    return subtract(some, subtract(some, others))
