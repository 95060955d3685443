"""One decision from a dict, beside GoRules ZEN: `python bench/one.py [CASES]`. Answers are compared case by case first."""

import statistics
import sys
import time
from decimal import Decimal
from pathlib import Path

import winter_heating
import zen

import placet

ROUNDS = 15


def main(cases):
    policy = placet.Policy.from_file(Path(__file__).parents[3] / "benches" / "src" / "heating.placet")
    rows = winter_heating.population(cases, nulls=False).to_pylist()
    days = [row["decision_date"] for row in rows]
    money = winter_heating.MONEY
    ours = [
        {name: Decimal(value).scaleb(-2) if name in money else value for name, value in row.items() if name != "decision_date"}
        for row in rows
    ]
    theirs = [{n: str(v) if n.endswith("_date") else v for n, v in row.items()} for row in rows]
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"policy": winter_heating.jdm()}}})
    evaluate = engine.evaluate
    pairs = list(zip(ours, days))
    names = dict(enumerate(["", *winter_heating.RULES]))
    for (facts, on), row in zip(pairs, theirs):
        decision = policy.decide(facts, on, reasons="deciding")
        rule = next((reason.rule for reason in decision.reasons if reason.deciding), "")
        expected = names[int(evaluate("policy", row)["result"]["reason"])]
        assert rule == expected, (facts, rule, expected)
    contenders = {
        "Placet, the outcome read": lambda: [policy.decide(facts, on).outcome for facts, on in pairs],
        "Placet, awards and reasons read": lambda: [(d.awards, d.reasons) for d in (policy.decide(*p) for p in pairs)],
        "zen-engine, the result read": lambda: [evaluate("policy", row)["result"]["reason"] for row in theirs],
    }
    times = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - start) / cases * 1e6)
    print(f"{cases} cases, the same answers; medians of {ROUNDS} rounds in turns (least, most), microseconds a decision")
    first = statistics.median(next(iter(times.values())))
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"{name:34} {median:6.2f} ({min(measured):.2f}, {max(measured):.2f})  {median / first:5.1f}x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
