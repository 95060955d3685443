//! The page about a run.

use super::Desk;
use insta::assert_snapshot;

/// What people read on the page: no tags, no style, no pictures, a line a block.
fn read(html: &str) -> String {
    let body = html.split("<body").nth(1).expect("a body");
    let mut out = String::new();
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag");
        let is_block =
            ["h", "/tr", "/dd", "/div", "/p", "/h"].iter().any(|b| tag.starts_with(b)) && !tag.starts_with("html");
        if is_block {
            out.push('\n');
        }
        if !text.trim().is_empty() {
            out.push_str(text.trim());
            out.push_str(" | ");
        }
    }
    out.replace(" | \n", "\n").lines().filter(|l| !l.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

/// Without what differs from run to run.
fn steady(text: &str) -> String {
    let is_steady = |line: &&str| {
        !["Time taken", "用时", "Logic", "逻辑", "Made by", "由 Placet"].iter().any(|s| line.starts_with(s))
    };
    text.lines().filter(is_steady).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_office_reads_what_came_of_a_run() {
    let desk = Desk::with_allowance();
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --out out.jsonl --report r.html -q")
        .ends(3);
    let html = desk.read("r.html");
    assert_snapshot!(steady(&read(&html)), @r#"
    Report on decisions
    Old-age allowance
    Cases | 6
    Decided for | 2026-03-02
    From | applicants.jsonl
    Name | old_age_allowance
    Version | 2024.1
    Legal basis | Old-age allowance measures
    Straight through | 16.7 % | decided without a person and without a question
    Approved | 16.7 % | 1
    Referred to a person | 50.0 % | 3
    Incomplete | 16.7 % | 1
    Outcomes
    Approved: 1 (16.7 %) | Referred to a person: 3 (50.0 %) | Incomplete: 1 (16.7 %) | Invalid: 1 (16.7 %) | Outcome | Cases | Share
    Approved | everything required holds, whatever is still unknown | 1 | 16.7 %
    Referred to a person | a person decides | decline to confirm: 1 | 3 | 50.0 %
    Incomplete | facts are missing that still matter | 1 | 16.7 %
    Invalid | the data of the row cannot be used | 1 | 16.7 %
    Why cases are referred
    Cause | Cases | Share
    Aged 80 or over | Art. 3(1) | decline to confirm | 1 | 33.3 %
    The registers may speak of two people | 1 | 33.3 %
    Could not be computed: | household[1].income | will not be known | 1 | 33.3 %
    Share of all referred cases.
    Which facts are missing
    Fact | Cases | Share
    Diagnosis | 1 | 100.0 %
    Household | 1 | 100.0 %
    Household registered in the city | held by Population register | 1 | 100.0 %
    Savings | 1 | 100.0 %
    Share of all cases for which facts are missing. A case may lack several facts.
    What is awarded
    Monthly amount | Art. 5
    Cases | 1
    Total | 400.00 CNY
    Mean | 400.00 CNY
    Median | 400.00 CNY
    Smallest | 400.00 CNY
    Largest | 400.00 CNY
    Value | Cases | Share
    400.00 CNY | 1 | 100.0 %
    Rows that could not be used
    What is wrong | Cases | Share
    birth_date | : expected a date such as | 2024-02-29 | , found | 1940-02-30 | ; the calendar has no such day | 1 | 100.0 %
    They are kept among the decisions, each with what is wrong. Told here by the first thing that is wrong.
    "#);
    // Nothing of it stands elsewhere, and nothing of it runs.
    for foreign in ["http:", "https:", "<script", "src=", "@import", "url("] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert!(html.contains("prefers-color-scheme: dark") && html.contains("@page { size: A4"));
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --report r.html -q --language zh")
        .ends(3);
    assert_snapshot!(steady(&read(&desk.read("r.html"))), @r#"
    审批结果报告
    高龄津贴
    案件数 | 6
    决定日期 | 2026-03-02
    数据来源 | applicants.jsonl
    名称 | old_age_allowance
    版本 | 2024.1
    依据 | 高龄津贴办法
    直接办结率 | 16.7 % | 无需人工、无需补充材料即已决定
    批准 | 16.7 % | 1
    转人工 | 50.0 % | 3
    材料不全 | 16.7 % | 1
    结果
    批准: 1 (16.7 %) | 转人工: 3 (50.0 %) | 材料不全: 1 (16.7 %) | 数据无效: 1 (16.7 %) | 结果 | 件数 | 占比
    批准 | 无论未知事项如何，全部条件均已满足 | 1 | 16.7 %
    转人工 | 由人工决定 | 建议不予批准，待确认: 1 | 3 | 50.0 %
    材料不全 | 尚缺对结果有影响的事实 | 1 | 16.7 %
    数据无效 | 该行数据无法使用 | 1 | 16.7 %
    转人工的原因
    原因 | 件数 | 占比
    年满八十周岁 | 第三条第一款 | 建议不予批准，待确认 | 1 | 33.3 %
    登记可能指向两个人 | 1 | 33.3 %
    无法计算： | household[1].income | 不会再有 | 1 | 33.3 %
    占全部转人工案件的比例。
    尚缺的事实
    事实 | 件数 | 占比
    诊断 | 1 | 100.0 %
    家庭成员 | 1 | 100.0 %
    本市户籍 | 由人口登记掌握 | 1 | 100.0 %
    存款 | 1 | 100.0 %
    占全部尚缺事实案件的比例；一个案件可能缺少多项事实。
    给付情况
    每月金额 | 第五条
    件数 | 1
    合计 | 400.00 CNY
    平均 | 400.00 CNY
    中位数 | 400.00 CNY
    最小 | 400.00 CNY
    最大 | 400.00 CNY
    数值 | 件数 | 占比
    400.00 CNY | 1 | 100.0 %
    无法使用的数据行
    问题 | 件数 | 占比
    birth_date | : expected a date such as | 2024-02-29 | , found | 1940-02-30 | ; the calendar has no such day | 1 | 100.0 %
    这些行保留在结果中，并各自注明问题；此处按每行的第一个问题统计。
    "#);
}

#[test]
fn a_bundle_has_a_part_for_each_policy_and_awards_have_a_chart() {
    let policies = [
        ("both/facts.placet", "fact age: whole number from 0 to 200 label \"Age\""),
        (
            "both/one.placet",
            "policy one \"One <1>\" declines are automatic use \"facts.placet\" require young \"Young\" cites \"s. 1\" age is \
             less than 100 award sum: money in EUR per month \"Sum\" as (age * 1.5 EUR rounded to 2 decimals) as money in EUR per month",
        ),
        (
            "both/two.placet",
            "policy two use \"facts.placet\" require r age is more than 300 award from_day: date as decision date",
        ),
    ];
    let mut desk = Desk::new();
    for (name, text) in policies {
        desk = desk.put(name, text);
    }
    let cases: String = (0..120).map(|age| format!("{{\"id\": {age}, \"age\": {age}}}\n")).collect();
    let desk = desk.put("cases.jsonl", &cases);
    desk.run("decide both --facts cases.jsonl --on 2026-03-02 --report rows.html -q --out rows.jsonl").ends(0);
    let html = desk.read("rows.html");
    assert_snapshot!(steady(&read(&html)), @r#"
    Report on decisions
    2 policies
    Cases | 120
    Decided for | 2026-03-02
    From | cases.jsonl
    All policies
    Policy | Approved | Straight through | Outcomes
    One &lt;1&gt; | 83.3 % | 100 | 100.0 % | Approved: 100 (83.3 %) | Declined: 20 (16.7 %)
    two | 0.0 % | 0 | 0.0 % | Referred to a person: 120 (100.0 %)
    One &lt;1&gt;
    Name | one
    Straight through | 100.0 % | decided without a person and without a question
    Approved | 83.3 % | 100
    Referred to a person | 0.0 % | 0
    Incomplete | 0.0 % | 0
    Outcomes
    Approved: 100 (83.3 %) | Declined: 20 (16.7 %) | Outcome | Cases | Share
    Approved | everything required holds, whatever is still unknown | 100 | 83.3 %
    Declined | a rule stands against it, and declines are automatic | 20 | 16.7 %
    Why cases are declined
    Cause | Cases | Share
    Young | s. 1 | 20 | 100.0 %
    What is awarded
    Sum
    Cases | 100
    Total | 7,425.00 EUR a month
    Mean | 74.25 EUR a month
    Median | 73.50 EUR a month
    Smallest | 0.00 EUR a month
    Largest | 148.50 EUR a month
    0 | 2 | 4 | 6 | 8 | 0 – 10: 7 | 10 – 20: 7 | 20 – 30: 6 | 30 – 40: 7 | 40 – 50: 7 | 50 – 60: 6 | 60 – 70: 7 | 70 – 80: 7 | 80 – 90: 6 | 90 – 100: 7 | 100 – 110: 7 | 110 – 120: 6 | 120 – 130: 7 | 130 – 140: 7 | 140 – 150: 6 | 0 | 10 | 20 | 30 | 40 | 50 | 60 | 70 | 80 | 90 | 100 | 110 | 120 | 130 | 140 | 150 | EUR a month | Each bar spans 10.00 EUR a month.
    two
    Name | two
    Straight through | 0.0 % | decided without a person and without a question
    Approved | 0.0 % | 0
    Referred to a person | 100.0 % | 120
    Incomplete | 0.0 % | 0
    Outcomes
    Referred to a person: 120 (100.0 %) | Outcome | Cases | Share
    Referred to a person | a person decides | decline to confirm: 120 | 120 | 100.0 %
    Why cases are referred
    Cause | Cases | Share
    r | decline to confirm | 120 | 100.0 %
    Share of all referred cases.
    What is awarded
    Nothing was awarded.
    "#);
    assert_eq!(html.matches("class=\"histogram\"").count(), 1);
    assert_eq!(html.matches("<rect class=\"award\"").count(), 15);
    // Decisions in columns are counted alike.
    if cfg!(feature = "columnar") {
        desk.run("decide both --facts cases.jsonl --on 2026-03-02 --report columns.html -q --out out.parquet").ends(0);
        assert_eq!(steady(&read(&desk.read("columns.html"))), steady(&read(&html)));
    }
}
