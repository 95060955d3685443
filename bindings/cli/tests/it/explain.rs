use super::Desk;
use insta::assert_snapshot;

fn explain(more: &str) -> String {
    let call = format!("explain allowance.placet --facts applicants.jsonl --on 2026-03-02 {more}");
    Desk::with_allowance().run(&call).ends(0).out
}

#[test]
fn an_approval() {
    assert_snapshot!(explain("--case ada"), @r#"
    Old-age allowance (version 2024.1, Old-age allowance measures)
    Case: ada
    Decision date: 2026-03-02

    Approved

    Rules
      ● met  ○ not met  ? not yet known  ! cannot be computed
      ✓ Aged 80 or over (Art. 3(1)): holds
          ● age is at least 80
              age: 90 years
                Date of birth (birth_date): 1935-12-10
      ✓ Registered in the city (Art. 3(2)): holds
          ● registered_here
              Household registered in the city (registered_here): yes (source: Population register, observed 2026-02-20)
      ✓ Household resources (Art. 4): holds
          ● all of
            ● (a) savings is at most savings_limit
                Savings (savings): 1200.50 CNY
                Savings limit (savings_limit): 60000.00 CNY (Art. 4)
            ● (b) any of
              ● (i) household_income is less than 100_000 CNY
                  Income of the household (household_income): 42000.00 CNY (Art. 4(2))
                    Household (household): 2 in all
                      Income (household[0].income): 30000.00 CNY
                      Income (household[1].income): 12000.00 CNY
              ○ (ii) income_share is less than 20_000 CNY
                  income_share: 21000.00 CNY
                    Income of the household (household_income): 42000.00 CNY (Art. 4(2), see above)
                    Household (household): 2 in all
      ✓ Deceased (Art. 9): does not stand against it
          ○ not alive
              Alive (alive): yes (source: Vital records, observed 2026-03-01)
      ✓ The registers may speak of two people: no person need look
          ○ name_match is less than 0.95
              How well the two registers' names match (name_match): 1.00

    What is awarded
      Monthly amount (monthly_amount): 400.00 CNY (Art. 5)
        age: 90 years (see above)
        Supplement (supplement): 100.00 CNY
          Diagnosis (diagnosis): not shown
    "#);
}

#[test]
fn a_decline_to_confirm() {
    assert_snapshot!(explain("--case cy"), @r#"
    Old-age allowance (version 2024.1, Old-age allowance measures)
    Case: cy
    Decision date: 2026-03-02

    Referred to a person
    A decline is proposed, for a person to confirm.
    Because: Aged 80 or over (Art. 3(1))
      The allowance starts at the age of 80; the applicant is 63 years.

    Rules
      ● met  ○ not met  ? not yet known  ! cannot be computed
      ✗ Aged 80 or over (Art. 3(1)): does not hold
          ○ age is at least 80
              age: 63 years
                Date of birth (birth_date): 1962-04-01
      ✓ Registered in the city (Art. 3(2)): holds
          ● registered_here
              Household registered in the city (registered_here): yes
      ✗ Household resources (Art. 4): does not hold
          The household's resources are above the limit.
          ○ all of
            ○ (a) savings is at most savings_limit
                Savings (savings): 999999.00 CNY
                Savings limit (savings_limit): 60000.00 CNY (Art. 4)
            ● (b) any of
              ● (i) household_income is less than 100_000 CNY
                  Income of the household (household_income): 0.00 CNY (Art. 4(2))
                    Household (household): 0 in all
              ! (ii) income_share is less than 20_000 CNY
                  income_share: cannot be computed
                    Income of the household (household_income): 0.00 CNY (Art. 4(2), see above)
                    Household (household): 0 in all
          ○ unless age is at least 100
              age: 63 years (see above)
      ✓ Deceased (Art. 9): does not stand against it
          ○ not alive
              Alive (alive): yes
      ✓ The registers may speak of two people: no person need look
          ○ name_match is less than 0.95
              How well the two registers' names match (name_match): 0.97
    "#);
}

#[test]
fn an_incomplete_case_in_chinese() {
    assert_snapshot!(explain("--case bo --language zh"), @r#"
    高龄津贴（版本 2024.1、高龄津贴办法）
    案件：bo
    决定日期：2026-03-02

    材料不全：尚缺影响结果的事实
    仍有可能：批准、转人工处理

    规则
      ● 成立  ○ 不成立  ? 尚不确定  ! 无法计算
      ✓ 年满八十周岁（第三条第一款）：符合
          ● age is at least 80
              age：81年
                出生日期（birth_date）：1944-06-30
      ? 本市户籍（第三条第二款）：尚不确定
          ? registered_here
              本市户籍（registered_here）：未知（查得于 2025-02-20，而查得结果仅在30天内有效）
      ? 家庭资源（第四条）：尚不确定
          ? 以下全部
            ? (a) savings is at most savings_limit
                存款（savings）：未知（未提供）
                存款上限（savings_limit）：60000.00 CNY（Art. 4）
            ? (b) 以下任一
              ? (i) household_income is less than 100_000 CNY
                  家庭收入（household_income）：0.00 CNY 至 100000000.00 CNY（Art. 4(2)）
                    家庭成员（household）：未知（未提供）
              ? (ii) income_share is less than 20_000 CNY
                  income_share：0.00 CNY 至 100000000.00 CNY（或无法计算）
                    家庭收入（household_income）：0.00 CNY 至 100000000.00 CNY（Art. 4(2)、见上）
                    家庭成员（household）：未知（未提供）
          ○ 除非 age is at least 100
              age：81年（见上）
      ✓ 已故（第九条）：不构成排除情形
          ○ not alive
              健在（alive）：是
      ✓ 登记可能指向两个人：无须人工审查
          ○ name_match is less than 0.95
              两处登记姓名的吻合程度（name_match）：0.99

    给付内容
      每月金额（monthly_amount）：200.00 CNY 至 300.00 CNY（第五条）
        age：81年（见上）
        补贴（supplement）：0.00 CNY 至 100.00 CNY
          诊断（diagnosis）：未知（未提供）

    尚缺事实
      ? 本市户籍（registered_here）：查得于 2025-02-20，而查得结果仅在30天内有效
          由人口登记掌握
          询问：您是否具有本市户籍？
          决定：本市户籍
      ? 诊断（diagnosis）：未提供
          决定：每月金额
      ? 存款（savings）：未提供
          决定：家庭资源
      ? 家庭成员（household）：未提供
          决定：家庭资源
    "#);
}

#[test]
fn a_computation_that_fails_in_chinese() {
    assert_snapshot!(explain("--case fu --language zh"), @r#"
    高龄津贴（版本 2024.1、高龄津贴办法）
    案件：fu
    决定日期：2026-03-02

    转人工处理
    计算出错。错误不能作为决定的依据，须由人工处理。

    规则
      ● 成立  ○ 不成立  ? 尚不确定  ! 无法计算
      ✓ 年满八十周岁（第三条第一款）：符合
          ● age is at least 80
              age：90年
                出生日期（birth_date）：1936-02-29
      ✓ 本市户籍（第三条第二款）：符合
          ● registered_here
              本市户籍（registered_here）：是
      ! 家庭资源（第四条）：无法计算
          ! 以下全部
            ● (a) savings is at most savings_limit
                存款（savings）：10.00 CNY
                存款上限（savings_limit）：60000.00 CNY（Art. 4）
            ! (b) 以下任一
              ! (i) household_income is less than 100_000 CNY
                  家庭收入（household_income）：无法计算（Art. 4(2)）
                    家庭成员（household）：共 2 项
                      收入（household[0].income）：200000.00 CNY
                      收入（household[1].income）：不会再有
              ! (ii) income_share is less than 20_000 CNY
                  income_share：无法计算
                    家庭收入（household_income）：无法计算（Art. 4(2)、见上）
                    家庭成员（household）：共 2 项
          ○ 除非 age is at least 100
              age：90年（见上）
      ✓ 已故（第九条）：不构成排除情形
          ○ not alive
              健在（alive）：是
      ✓ 登记可能指向两个人：无须人工审查
          ○ name_match is less than 0.95
              两处登记姓名的吻合程度（name_match）：1.00

    给付内容
      每月金额（monthly_amount）：300.00 CNY（第五条）
        age：90年（见上）
        补贴（supplement）：0.00 CNY
          诊断（diagnosis）：不予显示

    无法计算之处
      ! 家庭资源：`household[1].income` 不会再有
    "#);
}

#[test]
fn sensitive_facts_are_shown_only_when_asked_for() {
    assert!(!explain("--case ada").contains("severe"));
    assert!(!explain("--case ada --format json").contains("severe"));
    assert!(explain("--case ada --sensitive").contains("Diagnosis (diagnosis): severe"));
}

#[test]
fn the_tree_is_data_too() {
    let told: serde_json::Value = serde_json::from_str(&explain("--case bo --format json")).expect("JSON");
    let resources = &told["rules"][2];
    assert_eq!(resources["standing"], "open");
    assert_eq!(resources["condition"]["parts"][1]["parts"][0]["paragraph"], "Art. 4(b)(i)");
    let savings = &resources["condition"]["parts"][0]["rests_on"][0];
    assert_eq!(savings["value"]["pending"], "not told");
    assert_eq!(told["needs"][0]["rules"][0], "resident");
}

#[test]
fn facts_that_cannot_be_used_and_cases_that_are_not_there() {
    let desk = Desk::with_allowance();
    let ran = desk.run("explain allowance.placet --facts applicants.jsonl --on 2026-03-02 --case di").ends(3);
    assert_snapshot!(ran.out, @r#"
    Old-age allowance (version 2024.1, Old-age allowance measures)
    Case: di
    Decision date: 2026-03-02

    Invalid: the facts cannot be used as they are, and nothing was decided
    row 4, `birth_date`: expected a date such as `2024-02-29`, found `1940-02-30`; the calendar has no such day
    row 4, `registered_here`: expected yes or no, found `maybe`
    row 4: expected the name of a fact, found `wage`; no policy here declares it
    "#);
    let ran = desk.run("explain allowance.placet --facts applicants.jsonl --on 2026-03-02 --case zoe").ends(3);
    assert_snapshot!(ran.err, @"error: no case in `applicants.jsonl` has the id `zoe`");
}

/// A decision of 2023 rests on the order of 2023, and on no later one.
#[test]
fn figures_are_cited_by_the_law_of_the_day() {
    let desk = Desk::new()
        .put(
            "p.placet",
            "policy p parameter rate: whole number cites \"s. 2\"
               from 2023-01-01: 5 cites \"Order 2023/1\" from 2024-01-01: 6 cites \"Order 2024/7\"
             fact age: whole number from 0 to 100
             require old age is at least rate",
        )
        .put("f.json", "{\"age\": 30}");
    for (on, cited, other) in [("2023-06-01", "Order 2023/1", "2024/7"), ("2024-06-01", "Order 2024/7", "2023/1")] {
        let told = desk.run(&format!("explain p.placet --facts f.json --on {on}")).ends(0).out;
        assert!(told.contains(cited) && !told.contains(other), "{told}");
    }
}

/// The last row of a table is taken because those above do not match: that is its reason.
#[test]
fn a_row_that_says_any_rests_on_the_rows_above_it() {
    let desk = Desk::new()
        .put(
            "p.placet",
            "policy p fact age: whole number from 0 to 100 fact months: whole number from 0 to 600
             define points: whole number by first match table
             | age       | months     | v |
             | 5 or more | 36 or more | 7 |
             | any       | any        | 0 |
             require enough points is at least 1",
        )
        .put("f.json", "{\"age\": 30, \"months\": 12}");
    let told = desk.run("explain p.placet --facts f.json --on 2024-01-01").ends(0).out;
    assert!(told.contains("points: 0\n            months: 12\n") && !told.contains("age: 30"), "{told}");
}
