//! The one table of diagnostic codes.

use super::Severity::{self, Error, Warning};

macro_rules! codes {
    ($($name:ident $code:literal $severity:ident $about:literal;)*) => {
        /// A stable code: a letter for the stage that found it, and a number that is never used again for
        /// anything else. `S` syntax, `N` names, `T` types, `R` rules and tables, `W` warnings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $about] $name),* }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// The code as printed, such as `T03`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code),* }
            }

            /// One line about what it stands for.
            pub fn about(self) -> &'static str {
                match self { $(Code::$name => $about),* }
            }

            /// The severity a diagnostic of this code has.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => $severity),* }
            }
        }
    };
}

codes! {
    Unexpected "S01" Error "something else was expected here";
    MixedAndOr "S02" Error "`and` and `or` are mixed without parentheses";
    ChainedComparison "S03" Error "two comparisons in a row";
    TooDeep "S04" Error "nested more deeply than the engine takes";
    TooLarge "S05" Error "larger than the engine takes";
    BadLiteral "S06" Error "a literal that is no value: a date that does not exist, too many digits";
    UnclosedText "S07" Error "a text or a bracket that is never closed";
    RepeatedClause "S08" Error "a clause given twice, or where it has no meaning";

    UnknownName "N01" Error "a name that nothing declares";
    Duplicate "N02" Error "a name declared twice";
    Cycle "N03" Error "a definition that rests on itself";
    AmbiguousWord "N04" Error "a word that could mean two things";
    UnknownFile "N05" Error "a file that `use` or `from` names and that cannot be read";
    NoPolicy "N06" Error "no policy declared, or more than one";
    WrongPlace "N07" Error "a declaration or a name where it may not stand";

    WrongType "T01" Error "a value of another type than is needed here";
    WrongUnit "T02" Error "units of time that do not go together";
    WrongCurrency "T03" Error "currencies or periods that do not go together";
    TooManyDecimals "T04" Error "more decimals than the type can hold: say how to round";
    OutOfRange "T05" Error "a value that the declared range excludes";
    BadRange "T06" Error "a range whose ends are the wrong way round or too large";
    NoneAsValue "T07" Error "none used where a value is needed";
    NotComparable "T08" Error "values that have no order";

    TableShape "R01" Error "a row that does not have as many cells as the table has headings";
    TableGap "R02" Error "an input that no row of a table matches";
    TableOverlap "R03" Error "an input that two rows of a table match";
    ExceptionClash "R04" Error "two exceptions that can apply together";
    OverlappingPeriods "R05" Error "two declarations of one name that are in force on the same day";
    DifferentInBundle "R06" Error "a fact that two policies of a bundle declare differently";
    Unordered "R07" Error "dated entries that are not in order of time";
    GuaranteeBroken "R08" Error "a guarantee that does not hold";

    TableUndecided "W01" Warning "a table of which it cannot be decided whether exactly one row matches";
    ExceptionUndecided "W02" Warning "exceptions of which it cannot be decided whether two apply together";
    UnusedFact "W03" Warning "a fact that nothing uses";
    AlwaysMet "W04" Warning "a rule that can never fail";
    NeverApproved "W05" Warning "a rule that makes approval impossible";
    UnreachableRow "W06" Warning "a row or branch that nothing reaches";
    MonthsAtMost "W07" Warning "`months from … is at most` where `within` was likely meant";
    OldParameter "W08" Warning "a parameter whose last entry is old";
    UnusedName "W09" Warning "a definition, parameter or type that nothing uses";
    MayFault "W10" Warning "a computation that can fail for some applicants";
    LateFact "W11" Warning "a fact that only matters after another has settled it";
    GuaranteeUndecided "W12" Warning "a guarantee that is neither proved nor refuted";
}
