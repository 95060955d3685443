"""What Placet raises."""

from __future__ import annotations

# For checkers only: `typing` would take longer to import than all of Placet.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._placet import Diagnostic, Trouble


class PlacetError(Exception):
    """Anything that Placet raises of its own."""


class PolicyError(PlacetError, ValueError):
    """A policy's text cannot be compiled. The message draws each error under the line it stands on."""

    def __init__(self, message: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        super().__init__(message, diagnostics)
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        # From another process the message comes, not the data.
        return type(self), (str(self),)


class FactsError(PlacetError, ValueError):
    """The facts of a case, or the columns of a table, do not fit the policy. The message names each fact."""

    def __init__(self, message: str, errors: Iterable[Trouble] = ()) -> None:
        super().__init__(message, errors)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        # From another process the message comes, not the data.
        return type(self), (str(self),)


class ArtefactError(PlacetError, ValueError):
    """A compiled policy is damaged, of another format or semantics, or no policy at all."""
