//! The engine's own words to people who read decisions: one table a language.
//!
//! What the policy's author wrote is told in the reader's language as far as the policy has it; the words around it come
//! from here. A further language is a further table.

use crate::value::{Kind, Period, QUOTIENT_SCALE, Unit, Value, format_decimal};

/// The words of one language. `{0}`, `{1}` stand for what is put in.
pub(crate) struct Phrases {
    pub approved: &'static str,
    pub declined: &'static str,
    pub referred: &'static str,
    pub incomplete: &'static str,
    pub not_applicable: &'static str,
    pub invalid: &'static str,
    pub holds: &'static str,
    pub does_not_hold: &'static str,
    pub excluded: &'static str,
    pub not_excluded: &'static str,
    pub to_a_person: &'static str,
    pub not_to_a_person: &'static str,
    pub concerned: &'static str,
    pub not_concerned: &'static str,
    pub open: &'static str,
    pub faulty: &'static str,
    pub waived: &'static str,
    pub rule_not_applicable: &'static str,
    pub not_in_force: &'static str,
    pub all_of: &'static str,
    pub any_of: &'static str,
    pub none_of: &'static str,
    pub at_least: &'static str,
    pub days: &'static str,
    /// A single day.
    pub one_day: &'static str,
    /// Between two names.
    pub and: &'static str,
    pub months: &'static str,
    pub years: &'static str,
    pub per: [&'static str; 4],
    /// `{0}`: the policy's version.
    pub version: &'static str,
    /// `{0}`: the decision date.
    pub decided_on: &'static str,
    /// `{0}`: the case's own name.
    pub case: &'static str,
    /// Said of a proposed decline.
    pub proposed: &'static str,
    /// Said of a referral that waits for findings.
    pub unsettled: &'static str,
    /// `{0}`: the possible outcomes.
    pub possible: &'static str,
    /// Heading of the rule that alone forces the outcome.
    pub deciding: &'static str,
    /// Heading of what the applicant gets.
    pub awards: &'static str,
    /// Heading of the reports.
    pub reports: &'static str,
    /// Heading of the rules.
    pub rules: &'static str,
    /// Heading of what is missing.
    pub missing: &'static str,
    /// Heading of the computations that failed.
    pub faults: &'static str,
    /// Before an `unless`.
    pub unless: &'static str,
    /// Before an `applies when`.
    pub applies_when: &'static str,
    /// `{0}`: who can supply a fact.
    pub held_by: &'static str,
    /// `{0}`: who has to judge a fact.
    pub judged_by: &'static str,
    /// `{0}`: the question.
    pub ask: &'static str,
    /// `{0}`: the rules and awards that wait.
    pub decides: &'static str,
    /// `{0}`: the source of a value.
    pub source: &'static str,
    /// `{0}`: the day of an observation.
    pub observed: &'static str,
    /// In place of a sensitive value.
    pub hidden: &'static str,
    /// In place of a value that is not known.
    pub not_known: &'static str,
    /// Of a fact that will never come.
    pub closed: &'static str,
    /// In place of a value whose computation failed.
    pub failed: &'static str,
    /// `{0}` and `{1}`: the ends of a range.
    pub range: &'static str,
    /// `{0}`: several values.
    pub one_of: &'static str,
    /// `{0}`: how many members.
    pub members: &'static str,
    /// `{0}`: how many are left out.
    pub more: &'static str,
    /// Where something was told before.
    pub above: &'static str,
    /// *None*.
    pub none: &'static str,
    /// Yes.
    pub yes: &'static str,
    /// No.
    pub no: &'static str,
    /// Between the items of a list.
    pub comma: &'static str,
    /// Between what is told and what follows from it.
    pub colon: &'static str,
    /// Around what is added: `{0}`.
    pub brackets: &'static str,
    /// Why a fact is not known: nothing was told.
    pub not_told: &'static str,
    /// `{0}`: who told it. `{1}`: who holds it.
    pub wrong_source: &'static str,
    /// Where a source has no name.
    pub unnamed_source: &'static str,
    /// `{0}`: when it was observed. `{1}`: for how long an observation counts.
    pub stale: &'static str,
    /// `{0}`: for how long an observation counts.
    pub not_dated: &'static str,
    /// `{0}`: the sources.
    pub disagree: &'static str,
    /// A bare value, where only attested ones count.
    pub not_attested: &'static str,
    /// `{0}`: a fact that will never come.
    pub will_not_be_known: &'static str,
    /// Of a computation: its figure is not recorded.
    pub not_recorded: &'static str,
    /// Of a computation: a division by zero.
    pub division_by_zero: &'static str,
    /// Of a computation: *none* used as a value.
    pub none_as_value: &'static str,
    /// Of a computation: a date that does not exist.
    pub no_such_date: &'static str,
    /// Of a computation: a value beyond the limits.
    pub beyond_limits: &'static str,
    /// Of a computation: a date past the calendar.
    pub outside_calendar: &'static str,
    /// Of a computation: exceptions that disagree.
    pub exceptions_clash: &'static str,
    /// Of a computation: no row matches.
    pub no_row: &'static str,
    /// Of a computation: several rows match.
    pub several_rows: &'static str,
    /// Of a computation: a list that is empty or never comes.
    pub no_members: &'static str,
    /// Of a computation: it failed.
    pub it_failed: &'static str,
    /// `{0}`: what failed. `{1}`: in which definition.
    pub failed_in: &'static str,
    /// Said of a referral whose reason is a failed computation.
    pub fault_refers: &'static str,
    /// After a value whose computation may fail.
    pub may_fail: &'static str,
    /// What the marks before conditions mean.
    pub legend: &'static str,
    /// A form's headline: approved.
    pub form_approved: &'static str,
    /// A form's headline: a rule stands against it.
    pub form_against: &'static str,
    /// A form's headline: a rule stands against it, how it ends is open.
    pub form_stands_against: &'static str,
    /// A form's headline: a person has to look.
    pub form_person: &'static str,
    /// A form's headline: nothing stands against it so far.
    pub form_open: &'static str,
    /// A form's headline: the policy does not concern the person.
    pub form_apart: &'static str,
    /// A form's headline: the answers cannot be used.
    pub form_invalid: &'static str,
    /// A form's note where only others can supply what is missing.
    pub form_elsewhere: &'static str,
}

static ENGLISH: Phrases = Phrases {
    approved: "Approved",
    declined: "Declined",
    referred: "Referred to a person",
    incomplete: "Incomplete: facts are missing that still matter",
    not_applicable: "Not applicable: the policy does not concern this case",
    invalid: "Invalid: the facts cannot be used as they are, and nothing was decided",
    holds: "holds",
    does_not_hold: "does not hold",
    excluded: "stands against it",
    not_excluded: "does not stand against it",
    to_a_person: "a person must look",
    not_to_a_person: "no person need look",
    concerned: "the policy concerns this case",
    not_concerned: "the policy does not concern this case",
    open: "not yet known",
    faulty: "cannot be computed",
    waived: "does not hold, but is waived",
    rule_not_applicable: "does not apply here",
    not_in_force: "not in force",
    all_of: "all of",
    any_of: "any of",
    none_of: "none of",
    at_least: "at least {0} of",
    days: "{0} days",
    one_day: "1 day",
    and: " and ",
    months: "{0} months",
    years: "{0} years",
    per: ["{0} per day", "{0} per week", "{0} per month", "{0} per year"],
    version: "version {0}",
    decided_on: "Decision date: {0}",
    case: "Case: {0}",
    proposed: "A decline is proposed, for a person to confirm.",
    unsettled: "It waits for findings that only a person can make.",
    possible: "Still possible: {0}",
    deciding: "Because",
    awards: "What is awarded",
    reports: "Reported values",
    rules: "Rules",
    missing: "What is missing",
    faults: "What could not be computed",
    unless: "unless",
    applies_when: "applies when",
    held_by: "held by {0}",
    judged_by: "to be judged by {0}",
    ask: "ask: {0}",
    decides: "decides: {0}",
    source: "source: {0}",
    observed: "observed {0}",
    hidden: "not shown",
    not_known: "not known",
    closed: "will not come",
    failed: "cannot be computed",
    range: "from {0} to {1}",
    one_of: "one of {0}",
    members: "{0} in all",
    more: "and {0} more",
    above: "see above",
    none: "none",
    yes: "yes",
    no: "no",
    comma: ", ",
    colon: ": ",
    brackets: " ({0})",
    not_told: "not told",
    wrong_source: "told by {0}, but held by {1}",
    unnamed_source: "an unnamed source",
    stale: "observed {0}, and an observation counts for {1}",
    not_dated: "told without the day it was observed, and an observation counts for {0}",
    disagree: "{0} disagree",
    not_attested: "told without a source, and only attested facts count",
    will_not_be_known: "{0} will not be known",
    not_recorded: "no figure is recorded for that day",
    division_by_zero: "a division by zero",
    none_as_value: "none used as a value",
    no_such_date: "a date that does not exist",
    beyond_limits: "a value beyond the engine's limits",
    outside_calendar: "a date outside the years 1 to 9999",
    exceptions_clash: "two exceptions apply with different values",
    no_row: "no row of the table matches",
    several_rows: "several rows of the table match",
    no_members: "the list is empty, or will not be known",
    it_failed: "a computation that failed",
    failed_in: "{0}, in {1}",
    fault_refers: "A computation failed. An error decides nothing: a person must.",
    may_fail: "or cannot be computed",
    legend: "● met  ○ not met  ? not yet known  ! cannot be computed",
    form_approved: "All conditions are met, as far as you have answered truthfully",
    form_against: "Not entitled, as things stand",
    form_stands_against: "It cannot be approved as things stand",
    form_person: "A person will look at this",
    form_open: "Nothing stands against it so far",
    form_apart: "This does not concern you",
    form_invalid: "Something in the answers does not fit together",
    form_elsewhere: "Nothing more is asked of you. What is missing comes from others.",
};

static CHINESE: Phrases = Phrases {
    approved: "批准",
    declined: "不予批准",
    referred: "转人工处理",
    incomplete: "材料不全：尚缺影响结果的事实",
    not_applicable: "不适用：本政策不涉及此申请",
    invalid: "无效：所给事实无法使用，未作任何决定",
    holds: "符合",
    does_not_hold: "不符合",
    excluded: "构成排除情形",
    not_excluded: "不构成排除情形",
    to_a_person: "须由人工审查",
    not_to_a_person: "无须人工审查",
    concerned: "本政策适用于此申请",
    not_concerned: "本政策不适用于此申请",
    open: "尚不确定",
    faulty: "无法计算",
    waived: "不符合，但已豁免",
    rule_not_applicable: "在此不适用",
    not_in_force: "未生效",
    all_of: "以下全部",
    any_of: "以下任一",
    none_of: "以下均不",
    at_least: "以下至少 {0} 项",
    days: "{0}天",
    one_day: "1天",
    and: "与",
    months: "{0}个月",
    years: "{0}年",
    per: ["{0}/天", "{0}/周", "{0}/月", "{0}/年"],
    version: "版本 {0}",
    decided_on: "决定日期：{0}",
    case: "案件：{0}",
    proposed: "拟不予批准，须由人工确认。",
    unsettled: "尚待只能由人作出的认定。",
    possible: "仍有可能：{0}",
    deciding: "理由",
    awards: "给付内容",
    reports: "报告值",
    rules: "规则",
    missing: "尚缺事实",
    faults: "无法计算之处",
    unless: "除非",
    applies_when: "适用条件",
    held_by: "由{0}掌握",
    judged_by: "由{0}认定",
    ask: "询问：{0}",
    decides: "决定：{0}",
    source: "来源：{0}",
    observed: "查得于 {0}",
    hidden: "不予显示",
    not_known: "未知",
    closed: "不会再有",
    failed: "无法计算",
    range: "{0} 至 {1}",
    one_of: "{0} 之一",
    members: "共 {0} 项",
    more: "另有 {0} 项",
    above: "见上",
    none: "无",
    yes: "是",
    no: "否",
    comma: "、",
    colon: "：",
    brackets: "（{0}）",
    not_told: "未提供",
    wrong_source: "由{0}提供，但应由{1}提供",
    unnamed_source: "未具名来源",
    stale: "查得于 {0}，而查得结果仅在{1}内有效",
    not_dated: "未注明查得日期，而查得结果仅在{0}内有效",
    disagree: "{0}互相矛盾",
    not_attested: "未注明来源，而只采用有来源的事实",
    will_not_be_known: "{0} 不会再有",
    not_recorded: "未登记当日的数值",
    division_by_zero: "除数为零",
    none_as_value: "把“无”当作数值使用",
    no_such_date: "不存在的日期",
    beyond_limits: "数值超出引擎限度",
    outside_calendar: "日期超出公元 1 年至 9999 年",
    exceptions_clash: "两项例外同时适用而结果不同",
    no_row: "表中无一行符合",
    several_rows: "表中有数行同时符合",
    no_members: "列表为空或不会再有",
    it_failed: "计算失败",
    failed_in: "{1} 中：{0}",
    fault_refers: "计算出错。错误不能作为决定的依据，须由人工处理。",
    may_fail: "或无法计算",
    legend: "● 成立  ○ 不成立  ? 尚不确定  ! 无法计算",
    form_approved: "如所答属实，各项条件均已符合",
    form_against: "按目前情况，不符合条件",
    form_stands_against: "按目前情况，不能批准",
    form_person: "将由工作人员审查",
    form_open: "到目前为止，没有不符合之处",
    form_apart: "本政策不涉及您的情况",
    form_invalid: "所答内容互相不符",
    form_elsewhere: "无须您再提供材料，其余由有关部门提供。",
};

impl Phrases {
    /// The words of a language; English where there is no table for it.
    pub fn of(language: &str) -> &'static Phrases {
        match language.split(['-', '_']).next().unwrap_or(language) {
            "zh" => &CHINESE,
            _ => &ENGLISH,
        }
    }

    /// A count of time.
    pub fn count(&self, number: &str, unit: Unit) -> String {
        let pattern = match unit {
            Unit::Days => self.days,
            Unit::Months => self.months,
            Unit::Years => self.years,
        };
        fill(pattern, &[number])
    }

    /// A value as people write it: `200.00 CNY`, `12.5%`, `80 years`. An amount has the decimals of its currency, or more
    /// where it has them.
    pub fn value(&self, value: &Value, kind: Kind) -> String {
        match (value, kind) {
            (Value::None, _) => self.none.to_owned(),
            (Value::Truth(value), _) => if *value { self.yes } else { self.no }.to_owned(),
            (Value::Number { mantissa, scale }, Kind::Money { currency, per }) => {
                let amount = format!("{} {currency}", trimmed(*mantissa, *scale, currency.decimals()));
                per.map_or(amount.clone(), |period| self.per(&amount, period))
            }
            (Value::Number { .. }, Kind::Percentage) => format!("{value}%"),
            (Value::Number { .. }, Kind::Count(unit)) => self.count(&value.to_string(), unit),
            // A quotient has more decimals than anybody wants to read.
            (Value::Number { mantissa, scale }, _) if *scale >= QUOTIENT_SCALE => trimmed(*mantissa, *scale, 0),
            _ => value.to_string(),
        }
    }

    /// An amount for a period.
    fn per(&self, amount: &str, period: Period) -> String {
        let [day, week, month, year] = self.per;
        let pattern = match period {
            Period::Day => day,
            Period::Week => week,
            Period::Month => month,
            Period::Year => year,
        };
        fill(pattern, &[amount])
    }
}

/// A number without the zeros at the end of its decimals, down to so many.
fn trimmed(mantissa: i128, scale: u8, least: u8) -> String {
    let (mut mantissa, mut scale) = (mantissa, scale);
    while scale > least && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    format_decimal(mantissa, scale)
}

/// A pattern with `{0}`, `{1}` replaced. What is put in is not looked at again.
pub fn fill(pattern: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(pattern.len() + values.iter().map(|v| v.len()).sum::<usize>());
    let mut rest = pattern;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let place = rest[at + 1..].chars().next().and_then(|c| c.to_digit(10));
        match (place.and_then(|p| values.get(p as usize)), rest[at..].find('}')) {
            (Some(value), Some(end)) => {
                out.push_str(value);
                rest = &rest[at + end + 1..];
            }
            _ => {
                out.push('{');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        assert_eq!(fill("{0} and {1}", &["{1}", "b"]), "{1} and b");
        assert_eq!(fill("{x} {0", &["a"]), "{x} {0");
    }

    #[test]
    fn a_tag_with_a_region_finds_its_language() {
        assert_eq!(Phrases::of("zh-Hans").yes, "是");
        assert_eq!(Phrases::of("fr").yes, "yes");
    }
}
