//! Applicants for Winter Heating Support: made from a fixed seed, shares and spreads chosen so that every rule decides some.

use placet::value::Date;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// One of the words, each with its share in per cent.
    fn word<'a>(&mut self, words: &[(&'a str, u64)]) -> &'a str {
        let mut at = self.below(100);
        for (word, share) in words {
            if at < *share {
                return word;
            }
            at -= share;
        }
        words[0].0
    }
}

/// One applicant; amounts in cents.
#[derive(Clone, Debug)]
pub struct Applicant {
    pub residency: &'static str,
    pub employment: &'static str,
    pub region: &'static str,
    pub birth_date: Date,
    pub decision_date: Date,
    pub graduation_date: Date,
    pub household_size: u64,
    pub gross_income: u64,
    pub earned_income: u64,
    pub deductions: u64,
    pub assets: u64,
    pub arrears_count: u64,
    pub sanctioned: bool,
    pub prior_award_months: u64,
}

pub fn applicants(count: usize) -> Vec<Applicant> {
    let mut r = Random(42);
    (0..count).map(|_| applicant(&mut r)).collect()
}

fn applicant(r: &mut Random) -> Applicant {
    let first = Date::new(2025, 7, 1).expect("a date").days();
    let decided = first + r.below(365) as i64;
    let date = |days| Date::from_days(days).expect("within the calendar");
    let earned = if r.below(10) < 3 { 0 } else { r.below(180_000) + r.below(180_000) };
    let other = if r.below(2) == 0 { 0 } else { r.below(80_000) };
    Applicant {
        residency: r.word(&[("citizen", 72), ("permanent", 20), ("temporary", 5), ("no_status", 3)]),
        employment: r.word(&[
            ("employed", 35),
            ("unemployed", 27),
            ("retired", 20),
            ("student", 10),
            ("self_employed", 8),
        ]),
        region: r.word(&[("north", 35), ("south", 30), ("east", 28), ("west", 7)]),
        birth_date: date(decided - 6_000 - (r.below(10_500) + r.below(10_500)) as i64),
        decision_date: date(decided),
        graduation_date: date(decided - r.below(1_800) as i64),
        household_size: 1 + (0..8).take_while(|_| r.below(100) < 64).count() as u64,
        gross_income: earned + other,
        earned_income: earned + if r.below(50) == 0 { 50_000 } else { 0 },
        deductions: if r.below(10) < 4 { 0 } else { r.below(40_000) },
        assets: r.below(1_500_000) + r.below(1_500_000),
        arrears_count: (0..5).take_while(|_| r.below(100) < 40).count() as u64,
        sanctioned: r.below(50) == 0,
        prior_award_months: r.below(26).min(r.below(40)),
    }
}

impl Applicant {
    /// As the policy takes it: amounts with two decimals, the decision date aside.
    pub fn facts(&self) -> String {
        let cents = |c: u64| format!("{}.{:02}", c / 100, c % 100);
        format!(
            "{{\"residency\":\"{}\",\"employment\":\"{}\",\"region\":\"{}\",\"birth_date\":\"{}\",\"graduation_date\":\"{}\",\
             \"household_size\":{},\"gross_income\":{},\"earned_income\":{},\"deductions\":{},\"assets\":{},\
             \"arrears_count\":{},\"sanctioned\":{},\"prior_award_months\":{}}}",
            self.residency,
            self.employment,
            self.region,
            self.birth_date,
            self.graduation_date,
            self.household_size,
            cents(self.gross_income),
            cents(self.earned_income),
            cents(self.deductions),
            cents(self.assets),
            self.arrears_count,
            self.sanctioned,
            self.prior_award_months
        )
    }

    /// As the JSONLogic rule takes it: amounts in cents, the decision date among the data.
    pub fn json_logic(&self) -> String {
        format!(
            "{{\"residency\":\"{}\",\"employment\":\"{}\",\"region\":\"{}\",\"birth_date\":\"{}\",\"decision_date\":\"{}\",\
             \"graduation_date\":\"{}\",\"household_size\":{},\"gross_income\":{},\"earned_income\":{},\"deductions\":{},\
             \"assets\":{},\"arrears_count\":{},\"sanctioned\":{},\"prior_award_months\":{}}}",
            self.residency,
            self.employment,
            self.region,
            self.birth_date,
            self.decision_date,
            self.graduation_date,
            self.household_size,
            self.gross_income,
            self.earned_income,
            self.deductions,
            self.assets,
            self.arrears_count,
            self.sanctioned,
            self.prior_award_months
        )
    }

    /// The rule that decides, written by hand from the policy's words; 0: approved.
    pub fn by_hand(&self) -> u32 {
        const LIMITS: [u64; 8] = [180_000, 245_000, 297_500, 350_000, 395_000, 438_000, 479_000, 520_000];
        let (by, bm, bd) = self.birth_date.parts();
        let (ey, em, ed) = self.decision_date.parts();
        let (gy, gm, gd) = self.graduation_date.parts();
        let age = ey - by - i32::from((em, ed) < (bm, bd));
        let months = (ey - gy) * 12 + i32::from(em) - i32::from(gm) - i32::from(ed < gd);
        let limit = LIMITS[self.household_size.min(8) as usize - 1] as i64;
        let countable = 5 * self.gross_income as i64 - self.earned_income as i64 - 5 * self.deductions as i64;
        let breached = [
            !matches!(self.residency, "citizen" | "permanent"),
            self.sanctioned,
            age < 18,
            age >= 67,
            !matches!(self.region, "north" | "south" | "east"),
            self.prior_award_months >= 24,
            !(matches!(self.employment, "unemployed" | "retired") || months <= 36),
            self.assets > 2_500_000,
            countable > 5 * limit,
            self.earned_income > self.gross_income,
            self.household_size > 8,
            self.arrears_count > 2,
        ];
        breached.iter().position(|b| *b).map_or(0, |p| p as u32 + 1)
    }
}

/// The same rules in JSONLogic: the number of the rule that decides.
pub fn json_logic_rule() -> String {
    use serde_json::{Value, json};
    let var = |name: &str| json!({ "var": name });
    let part = |name: &str, at: u32, len: u32| json!({"+": [{"substr": [{"var": name}, at, len]}]});
    let month_of = |name: &str| json!({"+": [{"*": [part(name, 0, 4), 12]}, part(name, 5, 2)]});
    let number_of = |name: &str| json!({"+": [{"*": [part(name, 0, 4), 10_000]}, {"*": [part(name, 5, 2), 100]}, part(name, 8, 2)]});
    let age = json!({"-": [number_of("decision_date"), number_of("birth_date")]});
    let earlier_day = json!({"<": [part("decision_date", 8, 2), part("graduation_date", 8, 2)]});
    let months = json!({"-": [
        {"-": [month_of("decision_date"), month_of("graduation_date")]},
        {"if": [earlier_day, 1, 0]},
    ]});
    let limits = [180_000, 245_000, 297_500, 350_000, 395_000, 438_000, 479_000];
    let mut limit: Vec<Value> = Vec::new();
    for (i, amount) in limits.iter().enumerate() {
        limit.extend([json!({"==": [var("household_size"), i + 1]}), json!(amount)]);
    }
    limit.push(json!(520_000));
    let countable = json!({"-": [
        {"-": [{"*": [5, var("gross_income")]}, var("earned_income")]},
        {"*": [5, var("deductions")]},
    ]});
    let breached = [
        json!({"!": [{"in": [var("residency"), ["citizen", "permanent"]]}]}),
        var("sanctioned"),
        json!({"<": [age, 180_000]}),
        json!({">=": [age, 670_000]}),
        json!({"!": [{"in": [var("region"), ["north", "south", "east"]]}]}),
        json!({">=": [var("prior_award_months"), 24]}),
        json!({"!": [{"or": [{"in": [var("employment"), ["unemployed", "retired"]]}, {"<=": [months, 36]}]}]}),
        json!({">": [var("assets"), 2_500_000]}),
        json!({">": [countable, {"*": [5, {"if": limit}]}]}),
        json!({">": [var("earned_income"), var("gross_income")]}),
        json!({">": [var("household_size"), 8]}),
        json!({">": [var("arrears_count"), 2]}),
    ];
    let mut branches: Vec<Value> = Vec::new();
    for (i, condition) in breached.into_iter().enumerate() {
        branches.extend([condition, json!(i + 1)]);
    }
    branches.push(json!(0));
    json!({ "if": branches }).to_string()
}
