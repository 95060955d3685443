//! What may be written after `placet`.

use clap::{Args, Parser, Subcommand, ValueEnum};
use placet::value::Date;

/// Check, test and run policies.
#[derive(Debug, Parser)]
#[command(name = "placet", version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 fine, 1 a check, test or replay failed, 2 usage, 3 data, 4 internal, 130 interrupted. \
                        A decline is not an error."
)]
pub struct Arguments {
    /// How errors are told
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub error_format: ErrorFormat,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Colours,
    /// Tell results and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// How errors are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ErrorFormat {
    /// With the lines they stand on
    Human,
    /// One a line: file:line:column: severity[code]: message
    Plain,
    /// One JSON object a line
    Json,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colours {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Colours {
    /// Makes it so for everything printed from here on.
    pub fn apply(self) {
        let choice = match self {
            Colours::Auto => anstream::ColorChoice::Auto,
            Colours::Always => anstream::ColorChoice::Always,
            Colours::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a policy: a folder with a policy that passes, a scenario, and facts to try it on
    New(New),
    /// Say what is wrong with policies, and compile them
    #[command(alias = "validate")]
    Check(Check),
    /// Lay policies out in the one way there is
    #[command(alias = "format")]
    Fmt(Fmt),
    /// Run the scenarios in policies and in `*_test.placet` files
    Test(Test),
    /// Decide one case or many
    Decide(Box<Decide>),
    /// Tell why a case is decided as it is
    Explain(Explain),
    /// Draw the decision graph
    Graph(Graph),
    /// Describe a policy's facts or decisions for other programs
    Schema(Schema),
    /// Decide recorded cases again and compare
    Replay(Replay),
    /// Print a script that completes this command in a shell
    Completions(Completions),
}

#[derive(Debug, Args)]
pub struct New {
    /// The policy's name, which is also the folder's
    pub name: String,
}

#[derive(Debug, Args)]
pub struct Check {
    /// Policies, folders of policies, or compiled ones
    #[arg(required = true, value_name = "POLICY")]
    pub policies: Vec<String>,
    /// Write the compiled policy (or bundle) to this file
    #[arg(long, value_name = "FILE.placetc")]
    pub out: Option<String>,
    /// Take warnings for errors
    #[arg(long)]
    pub deny_warnings: bool,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// Files and folders; `-` takes standard input
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<String>,
    /// Change nothing; fail if something would change
    #[arg(long)]
    pub check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    pub diff: bool,
}

#[derive(Debug, Args)]
pub struct Test {
    /// Policies, test files and folders
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<String>,
    /// Name every scenario, not only those that fail
    #[arg(short, long)]
    pub verbose: bool,
    /// Run only scenarios whose title matches
    #[arg(short, long, value_name = "REGEX")]
    pub run: Option<String>,
    /// Say which rules, conditions, exceptions and table rows the scenarios have tried
    #[arg(long)]
    pub coverage: bool,
    /// Fail if less than this share has been tried, in per cent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(0..=100))]
    pub threshold: Option<u64>,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<String>,
    /// Rewrite the expectations of scenarios that fail to what came
    #[arg(long)]
    pub update: bool,
}

/// How cases come in.
#[derive(Debug, Args)]
pub struct Cases {
    /// Files of facts, or folders of them: `.json` (one case, or an array), `.jsonl`, `.csv`; to decide also `.parquet` and
    /// Arrow's `.arrow`, `.feather`, `.ipc`, `.arrows`; `-` reads JSON from standard input
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub facts: Vec<String>,
    /// What is missing will never come
    #[arg(long)]
    pub complete: bool,
    /// Bare values do not count: only those told with a source do
    #[arg(long)]
    pub attested: bool,
    /// The language of titles, labels and messages, such as `zh`
    #[arg(long, value_name = "LANGUAGE", default_value = "")]
    pub language: String,
    /// With CSV: the members of a list, from a second CSV whose column KEY names the case. Cases are named by their
    /// column of the same name, else by `id`; or say which: `KEY=COLUMN`
    #[arg(long, value_name = "LIST=FILE:KEY")]
    pub list: Vec<String>,
    /// With CSV: facts for which an empty cell means `none`
    #[arg(long, value_name = "FACT", value_delimiter = ',')]
    pub empty_is_none: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Decide {
    /// A policy, a folder of policies, or a compiled one
    pub policy: String,
    #[command(flatten)]
    pub cases: Cases,
    /// The decision date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date, required_unless_present = "on_column")]
    pub on: Option<Date>,
    /// Write decisions to this file, which appears only when all is done: whole decisions as JSON, one a line, if it ends in
    /// `.jsonl` or `.json`; columns, if it ends in `.parquet`, `.arrow`, `.feather`, `.ipc`, `.arrows` or `.csv`
    #[arg(long, value_name = "FILE")]
    pub out: Option<String>,
    /// Write a page for people to this file, in HTML: outcomes, causes, awards
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<String>,
    /// Show progress also where standard error is no terminal
    #[arg(long)]
    pub progress: bool,
    /// Tell the values of these definitions too
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub show: Vec<String>,
    /// Which rules to tell of: for one case `all`, for many `deciding`, unless said otherwise
    #[arg(long)]
    pub reasons: Option<WhichReasons>,
    /// Write facts and decisions to this file, for `placet replay`
    #[arg(long, value_name = "FILE.jsonl")]
    pub record: Option<String>,
    #[command(flatten)]
    pub columns: Columns,
}

/// How columns of facts count, and which columns of decisions there are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns, of Parquet and Arrow files")]
pub struct Columns {
    /// The column that names the case; else `id`
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// The column of the decision date, in place of `--on`
    #[arg(long, value_name = "COLUMN", conflicts_with = "on")]
    pub on_column: Option<String>,
    /// Columns that go through to the decisions as they are
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub carry: Vec<String>,
    /// Facts for which null means `none`; of members `LIST.FACT`
    #[arg(long, value_name = "FACT", value_delimiter = ',')]
    pub none_where_null: Vec<String>,
    /// Facts whose whole numbers count the smallest unit, such as cents
    #[arg(long, value_name = "FACT", value_delimiter = ',')]
    pub minor_units: Vec<String>,
    /// Pass over columns that tell no fact
    #[arg(long)]
    pub other_columns: bool,
    /// Tell how every rule stands, in a column each; of decisions in columns
    #[arg(long)]
    pub standings: bool,
}

/// Which rules a decision tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhichReasons {
    /// No rule
    None,
    /// The rule that decides alone
    Deciding,
    /// Every rule
    All,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// A policy, a folder of policies, or a compiled one
    pub policy: String,
    #[command(flatten)]
    pub cases: Cases,
    /// The decision date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub on: Date,
    /// Only the case of this `id`
    #[arg(long, value_name = "ID")]
    pub case: Option<String>,
    /// Show the values of sensitive facts
    #[arg(long)]
    pub sensitive: bool,
    /// As text or as data
    #[arg(long, default_value = "text")]
    pub format: ExplainFormat,
}

/// The forms of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For people
    Text,
    /// A tree of steps
    Json,
}

#[derive(Debug, Args)]
pub struct Graph {
    /// A policy, a folder of policies, or a compiled one
    pub policy: String,
    /// How to draw it
    #[arg(long, default_value = "svg")]
    pub format: GraphFormat,
    /// Of a bundle: which policy
    #[arg(long, value_name = "NAME")]
    pub of: Option<String>,
    /// Write it to this file
    #[arg(long, value_name = "FILE")]
    pub out: Option<String>,
    /// The language of titles and labels, such as `zh`
    #[arg(long, value_name = "LANGUAGE", default_value = "")]
    pub language: String,
}

/// The forms of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
    /// A picture
    Svg,
    /// A listing of the nodes, of the whole bundle
    Text,
}

#[derive(Debug, Args)]
pub struct Schema {
    /// A policy, a folder of policies, or a compiled one
    pub policy: String,
    /// JSON Schema or TypeScript types
    #[arg(long, default_value = "json")]
    pub format: SchemaFormat,
    /// Of what goes in or of what comes out; TypeScript types come for both together
    #[arg(long, default_value = "facts")]
    pub of: SchemaOf,
    /// Write it to this file
    #[arg(long, value_name = "FILE")]
    pub out: Option<String>,
    /// The language of titles and labels, such as `zh`
    #[arg(long, value_name = "LANGUAGE", default_value = "")]
    pub language: String,
}

/// The forms of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    /// JSON Schema
    Json,
    /// TypeScript types
    Typescript,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// What goes in
    Facts,
    /// What comes out
    Decisions,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The policy, bundle or compiled one that decided
    pub policy: String,
    /// What `placet decide --record` wrote
    pub record: String,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "a date is written year first, such as 2026-03-02, and must exist".to_owned())
}
