"""What Placet raises."""

from __future__ import annotations


class PlacetError(Exception):
    """Anything that Placet raises of its own."""


class PolicyError(PlacetError, ValueError):
    """A policy's text cannot be compiled. The message draws each error under the line it stands on."""

    def __init__(self, message, diagnostics=()):
        super().__init__(message, diagnostics)
        self.diagnostics = tuple(diagnostics)

    def __str__(self):
        return self.args[0]


class FactsError(PlacetError, ValueError):
    """The facts of a case, or the columns of a table, do not fit the policy. The message names each fact."""

    def __init__(self, message, errors=()):
        super().__init__(message, errors)
        self.errors = tuple(errors)

    def __str__(self):
        return self.args[0]


class ArtefactError(PlacetError, ValueError):
    """A compiled policy is damaged, of another format or semantics, or no policy at all."""
