"""What notebooks show. Colours follow the page's, so that light and dark themes both read well."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from ._placet import Batch, Decision, Explanation, Policy

_WORDS = {
    "approved": ("Approved", "#2e7d32"),
    "declined": ("Declined", "#c62828"),
    "referred": ("Referred to a person", "#b26a00"),
    "incomplete": ("Incomplete", "#1565c0"),
    "not_applicable": ("Not applicable", "#616161"),
    "invalid": ("Invalid", "#ad1457"),
}


def _badge(outcome: str) -> str:
    word, colour = _WORDS[outcome]
    return (
        f'<span style="background:{colour};color:#fff;border-radius:3px;padding:1px 8px;font-weight:600">{word}</span>'
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    style = "text-align:left;vertical-align:top"
    th = "".join(f'<th style="{style}">{escape(h)}</th>' for h in head)
    body = "".join("<tr>" + "".join(f'<td style="{style}">{cell}</td>' for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{th}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        if "from" in value:
            return f"{_text(value['from'])} to {_text(value['to'])}"
        if "one_of" in value:
            return " or ".join(_text(one) or "none" for one in value["one_of"])
        return "anything" if value.get("any") else "cannot be computed"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return escape(str(value))


def _heading(title: str, words: str) -> str:
    return f"<div><strong>{escape(title)}</strong> {words}</div>"


def decision(decision: Decision) -> str:
    told = decision.to_dict()
    case = f"{escape(told['case'])}, " if "case" in told else ""
    words = [_badge(told["outcome"])]
    if "proposed" in told:
        words.append("a person is asked to confirm the decline")
    if not told.get("settled", True):
        words.append("waiting for findings")
    if "possible" in told:
        words.append("still possible: " + ", ".join(_WORDS[outcome][0] for outcome in told["possible"]))
    parts = [_heading(told["policy"], f"{case}on {told['on']}"), "<div>" + " · ".join(words) + "</div>"]
    values = [
        (escape(name), _text(value), kind)
        for kind, member in (("award", "awards"), ("report", "reports"), ("value", "values"))
        for name, value in told.get(member, {}).items()
    ]
    if values:
        parts.append(_table(["", "", ""], values))
    reasons = told.get("reasons", [])
    if reasons:
        rows = [
            (
                ("<strong>{}</strong>" if reason.get("deciding") else "{}").format(
                    escape(reason.get("title", reason["rule"]))
                ),
                escape(reason["standing"].replace("_", " ")),
                _text(reason.get("message")),
                _text(reason.get("paragraph", reason.get("cites"))),
            )
            for reason in reasons
        ]
        parts.append(_table(["rule", "stands", "message", "law"], rows))
    if "needs" in told:
        rows = [
            (
                escape(need.get("label", need["fact"])),
                escape(need["why"]),
                _text(need.get("ask")),
                _text(need.get("held_by", need.get("judged_by"))),
            )
            for need in told["needs"]
        ]
        parts.append(_table(["needed", "why", "ask", "held or judged by"], rows))
    for fault in told.get("faults", []):
        parts.append(f"<div>{escape(fault['rule'])}: {escape(fault['message'])}</div>")
    if "error" in told:
        parts.append(f"<div>{escape(told['error'])}</div>")
    return "".join(parts)


def explanation(explanation: Explanation) -> str:
    return f"<pre>{escape(str(explanation))}</pre>"


def policy(policy: Policy) -> str:
    version = f"version {escape(policy.version)}, " if policy.version else ""
    heading = _heading(policy.title or policy.name, f"{version}graph {policy.graph[:12]}")
    return f'{heading}<div style="overflow:auto;background:#fff">{policy.draw("svg")}</div>'


def batch(batch: Batch) -> str:
    parts = [f"<div><strong>{len(batch):,} decisions</strong></div>"]
    for column in batch.columns:
        if column != "outcome" and not column.endswith(".outcome"):
            continue
        prefix = column[: -len("outcome")]
        rows = [
            (_badge(outcome), f"{count:,}", f"{count / len(batch):.1%}")
            for outcome, count in batch.summary(column).items()
            if outcome is not None
        ]
        parts.append(_table([prefix.rstrip("."), "rows", ""], rows))
        rules = [(rule, count) for rule, count in batch.summary(prefix + "rule").items() if rule is not None]
        if rules:
            rows = [(escape(rule), f"{count:,}", f"{count / len(batch):.1%}") for rule, count in rules[:10]]
            parts.append(_table(["deciding rule", "rows", ""], rows))
    parts.append(f"<div>{escape(', '.join(batch.columns))}</div>")
    return "".join(parts)
