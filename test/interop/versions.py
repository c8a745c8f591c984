"""Reads pairs of versions with our orders, one JSON line each, and compares them with dpkg --compare-versions and librpm."""

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import rpm


def by_dpkg(a, b):
    for operator, order in (("lt", -1), ("eq", 0), ("gt", 1)):
        if subprocess.run(["dpkg", "--compare-versions", a, operator, b], check=False).returncode == 0:
            return order
    raise SystemExit(f"dpkg orders {a} and {b} in no way")


def by_librpm(a, b):
    """The whole version is taken apart by librpm itself."""
    left, right = rpm.ver(a), rpm.ver(b)
    return (left > right) - (left < right)


def judge(pair):
    theirs = (by_dpkg if pair["format"] == "deb" else by_librpm)(pair["a"], pair["b"])
    return pair, theirs


def main():
    pairs = [json.loads(line) for line in sys.stdin]
    seen, equal, wrong = Counter(), Counter(), 0
    with ThreadPoolExecutor(4) as pool:
        for pair, theirs in pool.map(judge, pairs):
            seen[pair["format"]] += 1
            equal[pair["format"]] += theirs == 0
            for whose in ("ours", "rehearsed"):
                if pair[whose] != theirs:
                    wrong += 1
                    print(f"{pair['format']}: {pair['a']} against {pair['b']}: {whose} {pair[whose]}, theirs {theirs}")
    counts = ", ".join(f"{name} {seen[name]} pairs ({equal[name]} equal)" for name in sorted(seen))
    print(f"versions: {counts}; {wrong} differences")
    if wrong or min(seen["deb"], seen["rpm"]) == 0:
        raise SystemExit(1)


main()
